"""The webhook of a demo takes what is signed as it must be, each message once, and keeps nothing else."""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from assay.agents.demo.hook import Hook, listening
from assay.pipeline.core.issue import Severity
from assay.pipeline.notify.delivery import Delivery
from assay.pipeline.notify.message import Frame, Message, digest_of, message_of
from assay.pipeline.notify.notice import Notice
from assay.pipeline.notify.values import NoValues
from assay.pipeline.notify.webhook import webhook_body, webhook_headers

SECRET = b"k" * 32
NOTICE = Notice(
    event_id="f/critical@1/0/0",
    fingerprint="f" * 16,
    episode=0,
    chain="critical",
    step=0,
    roles=("on_call_engineer",),
    calls=(),
    level="lead",
    reason="Critical issue detected",
    severity=Severity.CRITICAL,
    category="schema",
    code="schema.type_invalid",
    tenant="1001",
    rule="none",
    team="platform_engineering",
    count=3,
    at_ns=1_741_079_705_000_000_000,
    opens=True,
)
TASK = replace(NOTICE, event_id="t-1/assigned/ann", chain="task")


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening(Hook(SECRET)) as hook:
        yield hook


def message(notice: Notice) -> Message:
    return message_of(Delivery(notice, "hook", ("hook",), 0), Frame("demo"), NoValues())


def post(hook: Hook, body: bytes, headers: Mapping[str, str]) -> int:
    host, _, path = hook.url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("POST", f"/{path}", body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def send(hook: Hook, told: Message, secret: bytes = SECRET) -> int:
    body = webhook_body(told)
    return post(hook, body, webhook_headers(told, body, secret, 1_741_079_706))


def test_what_the_notifier_sends_is_taken_once(hook: Hook) -> None:
    """S0-82: seen by a server, not only sent."""
    assert hook.url.startswith("http://127.0.0.1:")
    assert [send(hook, message(NOTICE)) for _ in range(2)] == [204, 204]
    [heard] = hook.heard
    assert (heard.severity, heard.fingerprints, heard.chains) == ("critical", ("f" * 16,), ("critical",))
    assert "Critical issue detected" in heard.headline


def test_a_step_is_told_apart_from_a_task(hook: Hook) -> None:
    send(hook, message(TASK))
    assert hook.told_of("f" * 16, task=True)
    assert hook.told_of("f" * 16, task=False) is None
    send(hook, message(NOTICE))
    assert hook.told_of("f" * 16, task=False)
    assert hook.told_of("0" * 16, task=False) is None


def test_a_digest_is_about_all_that_it_holds(hook: Hook) -> None:
    both = [Delivery(one, "hook", ("hook",), 0) for one in (NOTICE, replace(TASK, fingerprint="e" * 16))]
    assert send(hook, digest_of(both, Frame("demo"))) == 204
    assert hook.told_of("f" * 16, task=False) == hook.told_of("e" * 16, task=True) == hook.heard[0]


def test_what_is_signed_with_another_key_is_refused_and_counted(hook: Hook) -> None:
    assert send(hook, message(NOTICE), b"x" * 32) == 401
    assert post(hook, b"{}", {}) == 401
    assert (hook.refused, hook.heard) == (2, [])


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", json.dumps({"data": {"steps": [1]}}).encode()])
def test_what_is_no_message_is_no_call(hook: Hook, body: bytes) -> None:
    headers = webhook_headers(message(NOTICE), body, SECRET, 1_741_079_706)
    assert post(hook, body, headers) == 400
    assert hook.heard == []


def test_a_body_without_end_is_not_read(hook: Hook) -> None:
    assert post(hook, b"", {"content-length": "99999999"}) == 413


def test_nothing_listens_any_more_when_the_demo_has_ended() -> None:
    with listening(Hook(SECRET)) as hook:
        port = int(hook.url.split(":")[2].partition("/")[0])
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
