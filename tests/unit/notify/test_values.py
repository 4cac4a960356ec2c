"""Values of traces leave only where a channel asks, somebody permits it, and the audit log has it first (promise 4)."""

import json
import logging
from typing import Any

import pytest

from assay.agents.notify.samples import AuditedSamples, NoSamples
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import SealError, TransientError
from assay.pipeline.notify.delivery import Delivery
from assay.pipeline.notify.message import Frame, message_of
from assay.pipeline.notify.notice import Notice, read_event
from assay.pipeline.notify.values import NotOpened, NoValues, Opened, Values
from assay.pipeline.notify.webhook import webhook_body
from assay.pipeline.policy.notifications import Channel, PayloadMode, Slack
from assay.pipeline.testing import FakeClock

from .conftest import Office, event

DOCUMENT: Json = {"workflow_id": "invoice-approval", "inputs": {"card": "4111111111111111"}, "steps": [1]}


def channel(payload: PayloadMode, *paths: str) -> Channel:
    return Channel("forensics", Slack("https://a.example/"), payload=payload, paths=paths)


def notice() -> Notice:
    found = read_event(event())
    assert isinstance(found, Notice)
    return found


class Log:
    """The audit log; ``away`` = cannot be written."""

    def __init__(self, *, away: bool = False) -> None:
        self.entries: list[tuple[str, ...]] = []
        self._away = away

    async def append(self, actor: str, action: str, target: str, reason: str, at_ns: int) -> None:
        if self._away:
            raise TransientError("away")
        self.entries.append((actor, action, target, reason))


async def values(asked: Channel, log: Log, opened: Any = DOCUMENT) -> Values:
    async def open_sample(_notice: Notice) -> "Json | NotOpened":
        assert log.entries, "the audit log comes first"
        if isinstance(opened, Exception):
            raise opened
        found: Json | NotOpened = opened
        return found

    return await AuditedSamples(open_sample, log, FakeClock()).values(notice(), asked)


async def test_by_default_nothing_is_opened_and_nothing_written() -> None:
    log = Log()
    assert await values(channel(PayloadMode.NONE), log) == NoValues()
    assert log.entries == []


async def test_selected_paths_give_these_and_no_others() -> None:
    log = Log()
    found = await values(channel(PayloadMode.SELECTED, "/workflow_id", "/steps/0", "/nowhere"), log)
    assert found == Opened({"/workflow_id": "invoice-approval", "/steps/0": 1, "/nowhere": "(missing)"})
    ((actor, action, target, reason),) = log.entries
    assert (actor, action) == ("notifier", "notification.values")
    assert target == "0123456789abcdef forensics"
    assert "4111" not in reason


async def test_full_gives_all_of_one_sample() -> None:
    assert await values(channel(PayloadMode.FULL), Log()) == Opened(DOCUMENT)


@pytest.mark.parametrize("failure", [SealError("gone"), TransientError("away"), NotOpened("expired")])
async def test_a_sample_that_does_not_open_is_no_reason_to_stay_silent(failure: Any) -> None:
    assert isinstance(await values(channel(PayloadMode.FULL), Log(), failure), NotOpened)


async def test_without_the_audit_log_nothing_is_opened() -> None:
    assert await values(channel(PayloadMode.FULL), Log(away=True)) == NotOpened(
        "the audit log cannot be written"
    )


async def test_without_permission_the_message_says_so() -> None:
    found = await NoSamples().values(notice(), channel(PayloadMode.FULL))
    message = message_of(Delivery(notice(), "c", ("c",), 0), Frame("prod"), found)
    assert json.loads(webhook_body(message))["data"]["values_not_opened"] == "not permitted here"


async def test_values_are_in_the_message_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    """Not in what is written to the topic, and not in the log."""
    caplog.set_level(logging.DEBUG)
    office = Office(names=["chat"])

    class Opening:
        async def values(self, _notice: Notice, _channel: Channel) -> Values:
            return Opened(DOCUMENT)

    office.desk.samples = Opening()
    office.start()
    office.happens(event())
    await office.work()
    (message,) = office.got("chat")
    assert b"4111111111111111" in webhook_body(message)
    written = b"".join((one.value or b"") + str(one.headers).encode() for one in office.journal.written)
    assert b"4111" not in written
    assert "4111" not in caplog.text
