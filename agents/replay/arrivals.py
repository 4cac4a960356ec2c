"""Jobs that wait for a schema: whether theirs has come, and the entry in the audit log before they start."""

from collections.abc import Awaitable, Callable

from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Job

SETTLE_NS = 10 * NANOS_PER_SECOND
"""How long a bundle is in use here before a job that waited for it starts: by then the detectors have it too."""

Note = Callable[[Act], Awaitable[None]]
"""Writes to the audit log; returns when the entry is there."""


async def no_log(_act: Act) -> None:
    """For an agent without an audit log: what it cannot account for, it does not do."""
    raise RefusedError("this agent has no audit log")


class Arrivals:
    """What the agent does without being told at that moment."""

    def __init__(self, note: Note, monotonic_ns: Callable[[], int], settle_ns: int = SETTLE_NS) -> None:
        self._note = note
        self._monotonic_ns = monotonic_ns
        self._settle_ns = settle_ns
        self.changed()

    def changed(self) -> None:
        """Another bundle is in use from now on."""
        self._since_ns = self._monotonic_ns()

    def has_come(self, job: Job, bundle: Bundle) -> bool:
        """Whether the job may start."""
        arrival = job.request.arrival
        if arrival is None or not arrival.has_come(bundle.subjects):
            return False
        return self._monotonic_ns() - self._since_ns >= self._settle_ns

    async def note(self, job: Job, bundle: Bundle, at: str) -> None:
        """Say in the audit log that it starts, in the name of who asked. Raises what the log raises: it must not start then.

        A process that dies between this and the start says it twice; the job starts once.
        """
        reason = f"{job.request.arrival} is in use with bundle {bundle.short_id}; asked for: {job.reason}"
        await self._note(Act(job.actor, "replay.arrived", job.job, reason, at))
