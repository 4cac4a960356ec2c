"""What leaves keeps to each provider's documented limits, and holds no value of a trace (OPERATIONS 5.2, promise 4)."""

import base64
import email
import hashlib
import hmac
import json
from dataclasses import replace
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.issue import Severity
from assay.pipeline.notify.console import console_line
from assay.pipeline.notify.delivery import Delivery
from assay.pipeline.notify.mail import mail_of
from assay.pipeline.notify.message import Frame, Message, digest_of, message_of
from assay.pipeline.notify.notice import Action, Notice, read_event
from assay.pipeline.notify.pagerduty import MAX_BYTES, pagerduty_body
from assay.pipeline.notify.slack import slack_body
from assay.pipeline.notify.teams import teams_body
from assay.pipeline.notify.values import NotOpened, NoValues, Opened
from assay.pipeline.notify.webhook import signing_key, webhook_body, webhook_headers

from .conftest import event

FRAME = Frame("prod", "https://assay.example.com/issues/{fingerprint}")
KEY = "0" * 32


def delivery(**changes: Any) -> Delivery:
    notice = read_event(event(**changes))
    assert isinstance(notice, Notice)
    return Delivery(notice, "chat", ("chat",), 0)


def message(**changes: Any) -> Message:
    return message_of(delivery(**changes), FRAME, NoValues())


def digest(number: int, **changes: Any) -> Message:
    severity = {"severity": "low", **changes}
    return digest_of([delivery(fingerprint=f"{one:016x}", **severity) for one in range(number)], FRAME)


LONGEST = {
    "reason": "reason & <reason> " * 60,
    "tenant_id": "t" * 128,
    "rule": "r" * 128,
    "code": f"{'c' * 32}.{'d' * 64}",
    "roles": [f"role_{number:027d}" for number in range(60)],
    "count": 2**53 - 1,
}
HUGE = Opened({"text": "🦊<&>" * 200_000})


def hostile() -> list[Message]:
    return [
        message(),
        message(**LONGEST),
        replace(message(**LONGEST), values=HUGE),
        replace(message(), values=NotOpened("not permitted here")),
        digest(2),
        digest(5000),
        digest(300, **{**LONGEST, "reason": "🦊" * 300}),
        replace(message(**{**LONGEST, "reason": "🦊" * 300}), lines=("🦊" * 3000,) * 10),
        message(kind="confirmation", calls=["ceo", "board_notification"]),
    ]


EVERY = pytest.mark.parametrize("sent", hostile(), ids=lambda sent: sent.headline[:20])


@EVERY
def test_pagerduty_takes_it(sent: Message) -> None:
    body = pagerduty_body(sent, KEY)
    document = json.loads(body)
    payload = document["payload"]
    assert len(body) <= MAX_BYTES
    assert document["event_action"] == "trigger"
    assert 0 < len(document["dedup_key"]) <= 255
    assert 0 < len(payload["summary"]) <= 1024
    assert payload["source"]
    assert payload["severity"] in {"critical", "error", "warning", "info"}
    assert isinstance(payload["custom_details"], dict)


def test_details_that_are_too_large_for_pagerduty_are_replaced_by_words() -> None:
    """As Alertmanager does it: the page goes out, the details do not."""
    sent = replace(message(), lines=("x" * 600_000,))
    body = pagerduty_body(sent, KEY)
    assert len(body) <= MAX_BYTES
    assert "error" in json.loads(body)["payload"]["custom_details"]


def test_pagerduty_severities_are_those_of_the_table() -> None:
    """OPERATIONS 4.4."""
    words = {
        severity: json.loads(pagerduty_body(message(severity=severity), KEY))["payload"]["severity"]
        for severity in Severity
    }
    assert [words[severity] for severity in Severity] == ["critical", "error", "warning", "info"]


def test_acknowledging_names_the_incident_and_nothing_else() -> None:
    acknowledged = replace(message(), action=Action.ACKNOWLEDGE)
    document = json.loads(pagerduty_body(acknowledged, KEY))
    assert set(document) == {"routing_key", "event_action", "dedup_key"}
    assert document["event_action"] == "acknowledge"


def test_steps_due_at_once_share_an_incident_and_later_ones_ring_again() -> None:
    """Added to an incident that is open already, the call to the next level would ring nobody's telephone."""
    critical, security = message(), message(chain="security")
    later = message(step=1, due_at="2025-03-04T09:30:05.000000000Z")
    volume, again = message(chain="volume"), message(episode=1)
    assert critical.dedup_key == security.dedup_key
    assert len({critical.dedup_key, later.dedup_key, volume.dedup_key, again.dedup_key}) == 4


@EVERY
def test_slack_takes_it(sent: Message) -> None:
    document = json.loads(slack_body(sent))
    texts = [document["text"]]
    assert document["text"], "what cannot show blocks shows this"
    assert len(document["blocks"]) <= 50
    for block in document["blocks"]:
        match block:
            case {"type": "header", "text": {"type": "plain_text", "text": text}}:
                assert len(text) <= 150
            case {"type": "section", "fields": fields}:
                assert 0 < len(fields) <= 10
                assert all(0 < len(field["text"]) <= 2000 for field in fields)
                texts += [field["text"] for field in fields]
                continue
            case {"type": "section", "text": {"type": "mrkdwn", "text": text}}:
                assert 0 < len(text) <= 3000
            case {"type": "actions", "elements": [{"text": {"text": text}, "action_id": action_id}]}:
                assert len(text) <= 75
                assert len(action_id) <= 255
            case _:
                raise AssertionError(block["type"])
        texts.append(text)
    assert sum(map(len, texts)) <= 10_000


def test_nothing_in_a_slack_message_is_a_mention_or_a_link() -> None:
    sent = message(reason="<!channel> <https://evil.example|click> & more")
    document = json.loads(slack_body(sent))
    assert "<!channel>" not in document["text"]
    assert "&lt;!channel&gt;" in document["text"]


@EVERY
def test_teams_takes_it(sent: Message) -> None:
    body = teams_body(sent)
    document = json.loads(body)
    assert len(body) <= 28_000
    (attachment,) = document["attachments"]
    assert document["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["type"] == "AdaptiveCard"


def test_a_card_that_is_too_large_for_teams_goes_without_what_follows_the_facts() -> None:
    facts = tuple((str(number), "🦊" * 300) for number in range(10))
    body = teams_body(replace(message(), facts=facts, lines=("🦊" * 6000,)))
    assert len(body) <= 28_000
    assert "assay issues list" in body.decode()


@EVERY
def test_a_mail_can_be_read_by_any_reader(sent: Message) -> None:
    mail = mail_of(sent, "assay@example.com", ["a@example.com", "b@example.com"])
    read = email.message_from_bytes(mail.as_bytes(), policy=default)
    assert len(read["Subject"]) <= 200
    assert read["Message-ID"].endswith("@example.com>")
    assert max(map(len, mail.as_bytes().split(b"\r\n"))) <= 998


def test_the_same_mail_again_has_the_same_id() -> None:
    first, second = (mail_of(message(), "a@example.com", ["b@example.com"]) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]


def test_a_line_break_in_an_event_is_none_in_a_header() -> None:
    sent = message(reason="Fire\r\nBcc: everybody@example.com", tenant_id="acme\r\nX: y")
    mail = mail_of(sent, "assay@example.com", ["a@example.com"])
    read = email.message_from_bytes(mail.as_bytes(), policy=default)
    assert "Bcc" not in read
    assert "Bcc: everybody" in read["Subject"]
    assert "\n" not in console_line(sent)


@EVERY
def test_a_webhook_is_signed_as_standard_webhooks_says(sent: Message) -> None:
    """The check as a receiver writes it, from the specification."""
    secret = bytes(range(32))
    body = webhook_body(sent)
    headers = webhook_headers(sent, body, secret, 1_741_079_705)
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert "." not in headers["webhook-id"]
    document = json.loads(body)
    assert set(document) == {"type", "timestamp", "data"}
    assert len(document["data"]["steps"]) == len(sent.notices)


def test_the_signature_is_that_of_the_published_example() -> None:
    """Of the Standard Webhooks libraries' own tests."""
    secret = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert secret is not None
    signed = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert signature == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_???", "x" * 400])
def test_a_signing_secret_that_is_none_is_refused(secret: str) -> None:
    assert signing_key(secret) is None


def test_who_is_asked_to_confirm_reads_what_happens_otherwise() -> None:
    """D-20."""
    sent = message(kind="confirmation", roles=["incident_commander"], calls=["ceo", "board_notification"])
    assert any("ceo, board_notification" in line and "assay issues confirm" in line for line in sent.lines)


@given(
    st.dictionaries(st.sampled_from(["code", "tenant_id", "rule", "category", "team", "level"]), st.text())
)
def test_only_identifiers_pass_from_an_event_to_a_message(words: dict[str, str]) -> None:
    """An event that somebody else wrote may hold anything: line breaks, markup, a value."""
    sent = message(**words)
    for key, word in words.items():
        strange = any(not (one.isascii() and one.isprintable() and one not in " <>&'\"") for one in word)
        if strange:
            notice = sent.notices[0]
            assert {"tenant_id": notice.tenant}.get(key, getattr(notice, key, "none")) == "none"
