"""Dead letters as the lanes write them, and the step that makes tasks of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assay.agents.manual_remediation import ManualRemediationStep
from assay.pipeline.core import headers as names
from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.record import RawRecord
from assay.pipeline.dispose import DeadLetteredWriter, FailingWriter
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue
from assay.pipeline.tasks import Happening, Task, TaskCommand, command_outgoing, from_json

NOW_NS = 1_741_079_705_000_000_000
Letter = Callable[..., RawRecord]


def dead_letter(*issues: Any, offset: int = 42, attempt: int = 0, **parts: Any) -> RawRecord:
    """A record of ``dlq.traces.raw``."""
    write = FailingWriter(BUNDLE, KeylessSealer(), "g")
    failing = write(a_record(offset=offset), a_verdict(*(issues or (an_issue(),)), **parts), NOW_NS)
    headers = [pair for pair in failing.headers if pair[0] != names.ATTEMPT]
    headers += [(names.ATTEMPT, b"%d" % attempt)]
    if attempt:
        headers += [(names.REPLAY_OF, b"traces.raw/3/1")]
    classified = RawRecord("traces.classified", 3, 0, 0, failing.key, failing.value, headers)
    written = DeadLetteredWriter(BUNDLE, "g")(
        classified, json.loads(failing.value or b""), Reason.PERSON_MUST_LOOK
    )
    assert written is not None
    return RawRecord(
        "dlq.traces.raw", 0, offset, NOW_NS // 10**6, written.key, written.value, written.headers
    )


FINGERPRINT = (dead_letter().key or b"").decode()


def command(happening: Happening, number: int = 0, **members: Any) -> RawRecord:
    """A record of ``quality.task_commands``."""
    at = f"2025-03-04T10:00:00.{number:09d}Z"
    parts: dict[str, Any] = {"fingerprint": FINGERPRINT, "actor": "ann", "reason": "on duty"} | members
    written = command_outgoing(TaskCommand(command=happening, at=at, **parts), "/x")
    return RawRecord(
        "quality.task_commands", 0, number, NOW_NS // 10**6, written.key, written.value, written.headers
    )


class Lane:
    """The step over one key."""

    def __init__(self) -> None:
        self.made = ManualRemediationStep(BUNDLE)
        self.state: bytes | None = None
        self.effects: list[dict[str, Any]] = []
        self.refused = ""

    def take(self, *records: RawRecord) -> Task:
        for record in records:
            stepped = self.made.step(self.state, record, NOW_NS)
            self.state = stepped.state
            self.effects += [
                {"type": dict(one.headers)["ce_type"], "id": dict(one.headers)["ce_id"]}
                | json.loads(one.value or b"")
                for one in stepped.effects
            ]
            self.refused = stepped.refused
        return self.task

    @property
    def task(self) -> Task:
        assert self.state is not None
        return from_json(self.state)


@pytest.fixture
def lane() -> Lane:
    return Lane()
