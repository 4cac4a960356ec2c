"""A finished demo, and a clock that tests move."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from assay.agents.audit import AuditReport
from assay.agents.audit.journal import JournalLine
from assay.agents.audit.replay_report import ReplayReport
from assay.agents.audit.testing import Story
from assay.agents.demo.loop_result import Called, Change, Loop, ShownReceipt, Worked
from assay.agents.demo.result import DemoResult, Flowed, Speed, count_faults
from assay.agents.generate import PublishResult
from assay.pipeline.core.record import RawRecord, source_of
from assay.pipeline.core.topics import TopicRole

CODE = "schema.required_missing"
LOOP = Loop(
    Worked("t-1", "0123456789abcdef", "completed", 3, "task-1", 3),
    Called(2, 0, "[P0] schema.required_missing: Critical issue detected", "[P0] your task"),
    (),
    ShownReceipt("traces.raw/0/1", ("missing_required_fields@1",), (CODE,), (Change("add", "/trace_type"),)),
)
REPLAYS = ReplayReport(records=3, sources=3, edited=3, edit_receipts=3, current={"valid": 3})


@dataclass
class Time:
    """Passes only when somebody waits."""

    now: float = 100.0
    then: list[Callable[[], None]] = field(default_factory=list)
    """Called one by one, at each wait one."""

    def monotonic(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        if self.then:
            self.then.pop(0)()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def story() -> Story:
    """Eight good records and two faulty ones, all judged as they must be, and their producer's journal."""
    story = Story()
    batch: list[tuple[RawRecord, TopicRole]] = []
    for number in range(10):
        raw = story.publish(key=b"key-%d" % number)
        role = TopicRole.VALID if number < 8 else TopicRole.INVALID
        batch.append((raw, role))
        expected = None if role is TopicRole.VALID else CODE
        story.journal.append(JournalLine(raw.key, source_of(raw), expected, expected is not None, known=True))
    story.transaction(batch)
    return story


Finish = Callable[..., DemoResult]


@pytest.fixture
def finish() -> Finish:
    """The result of a demo whose topics tell this story."""

    def make(story: Story, *, unknown: int = 0, refused: int = 0, rate: float | None = None) -> DemoResult:
        audit: AuditReport = replace(story.report(), replays=REPLAYS)
        count = len(story.raw)
        return DemoResult(
            name="demo-abc",
            flowed=Flowed(
                {"made up, 3% with a fault": count + unknown + refused},
                PublishResult(count + unknown + refused, count, unknown, refused, 2.0),
                Speed(rate, count, 2.0, 0.5, 3, 0),
            ),
            reasons={"passed": 7, "passed_with_warnings": 1, "blocking_issues": 2},
            audit=audit,
            faults=count_faults(story.journal, audit),
            loop=LOOP,
        )

    return make
