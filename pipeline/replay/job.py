"""A replay job's states, and the one table of moves between them (OPERATIONS 4.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..core.word import Word
from .decision import ReplayDecision
from .event import Bounds, Event, EventKind
from .request import ReplayRequest


class Status(Word):
    """Where a job stands."""

    AWAITING = "awaiting"
    """Until its schema arrives; so long it stands in no other job's way."""
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REFUSED = "refused"

    @property
    def is_active(self) -> bool:
        """Whether it writes, or has begun to."""
        return self in {Status.RUNNING, Status.PAUSED}


MOVES: Mapping[tuple[Status | None, EventKind], Status] = {
    (None, EventKind.ACCEPTED): Status.RUNNING,
    (None, EventKind.REFUSED): Status.REFUSED,
    (None, EventKind.AWAITING): Status.AWAITING,
    (Status.AWAITING, EventKind.ARRIVED): Status.RUNNING,
    (Status.AWAITING, EventKind.CANCELLED): Status.CANCELLED,
    (Status.AWAITING, EventKind.FAILED): Status.FAILED,
    (Status.RUNNING, EventKind.PROGRESS): Status.RUNNING,
    (Status.RUNNING, EventKind.PAUSED): Status.PAUSED,
    (Status.PAUSED, EventKind.RESUMED): Status.RUNNING,
    (Status.RUNNING, EventKind.CANCELLED): Status.CANCELLED,
    (Status.PAUSED, EventKind.CANCELLED): Status.CANCELLED,
    (Status.RUNNING, EventKind.SUCCEEDED): Status.SUCCEEDED,
    (Status.RUNNING, EventKind.FAILED): Status.FAILED,
}
"""All moves that there are. ``None`` is a job of which nothing was heard; ``declined`` moves none."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its events tell it."""

    job: str
    status: Status
    request: ReplayRequest
    bounds: Bounds
    actor: str
    reason: str
    """Why it was asked for."""
    started_at: str
    updated_at: str
    events: int
    done: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many traces, by :class:`ReplayDecision`."""
    remaining: int = 0
    why: str = ""
    """What a refusal or a failure said; after a command, its reason."""

    @property
    def replayed(self) -> int:
        """How many were written to the raw topic again."""
        return self.done.get(ReplayDecision.REPLAY, 0)


def moved(job: Job | None, event: Event) -> Job | None:
    """The job after the event; as it was, when the table has no such move."""
    status = MOVES.get((job.status if job else None, event.kind))
    if job is None:
        if status is None or event.request is None:
            return None
        why = event.reason if status is Status.REFUSED else ""
        return Job(
            event.job,
            status,
            event.request,
            event.bounds,
            event.actor,
            event.reason,
            event.at,
            event.at,
            event.number + 1,
            why=why,
        )
    counted = replace(job, events=max(job.events, event.number + 1))
    if status is None:
        return counted
    done = dict(job.done)
    for decision, sources in event.done.items():
        done[decision] = done.get(decision, 0) + len(sources)
    for word, number in event.skipped.items():
        done[word] = done.get(word, 0) + number
    progress = event.kind in {EventKind.PROGRESS, EventKind.ARRIVED}
    return replace(
        counted,
        status=status,
        bounds=event.bounds if event.kind is EventKind.ARRIVED else job.bounds,
        updated_at=event.at,
        done=done,
        remaining=event.remaining if progress else job.remaining if status.is_active else 0,
        why=job.why if progress else event.reason,
    )
