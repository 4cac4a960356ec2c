"""What came of the second half of the loop."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from assay.pipeline.core.document import Json
from assay.pipeline.tasks import Status, Task


@dataclass(frozen=True, slots=True)
class Worked:
    """A manual task, as far as it was brought."""

    task: str = ""
    fingerprint: str = ""
    status: str = "none"
    dead_letters: int = 0
    job: str = ""
    replays: int = 0
    """Dead letters of it that were replayed."""

    def of(self, task: Task) -> Self:
        """As the task is now."""
        return replace(
            self,
            task=task.task_id,
            fingerprint=task.fingerprint,
            status=task.status.value,
            dead_letters=task.dead_letters.count,
            job=task.replay_job,
        )

    def replayed(self, traces: int) -> Self:
        """When its replay has ended."""
        return replace(self, replays=traces)

    @property
    def is_completed(self) -> bool:
        """Whether a person could call it done."""
        return self.status == Status.COMPLETED.value


class Called(NamedTuple):
    """What the demo's webhook heard."""

    messages: int = 0
    refused: int = 0
    """Messages that were not signed as they must be."""
    step: str = ""
    """Headline of the escalation step of the task's problem."""
    task: str = ""
    """Headline of the message that told whose the task is."""


class Change(NamedTuple):
    """One thing that a repair did: what it did and where, never to what."""

    op: str
    path: str


class ShownReceipt(NamedTuple):
    """A repaired trace's receipt, as it may be shown (promise 4)."""

    source: str
    rules: tuple[str, ...]
    """``name@version``."""
    codes: tuple[str, ...]
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Json]:
        """The member ``receipt`` of the report."""
        return {
            "source": self.source,
            "rules": [*self.rules],
            "codes": [*self.codes],
            "changes": [{"op": change.op, "path": change.path} for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Loop:
    """All of it. ``failures``: where it stopped short."""

    worked: Worked = field(default_factory=Worked)
    called: Called = field(default_factory=Called)
    failures: tuple[str, ...] = ()
    receipt: ShownReceipt | None = None

    def with_receipt(self, receipt: ShownReceipt | None) -> Self:
        """And the receipt of a repair, if there is one."""
        return replace(self, receipt=receipt)
