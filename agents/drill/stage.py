"""One drill at work: what its steps know and share, and how they wait, ask and tell."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from assay.agents.audit_log import AuditLog
from assay.agents.replay.desk import send
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import Clock, rfc3339
from assay.pipeline.core.issue import Issue
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Source
from assay.pipeline.core.sealed import Opener, Sealer
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import DETECTION_S, Run, Step, StepName, StepVerdict, Synthetic, Why
from assay.pipeline.policy.bundle import Bundle

from .watch import Watch

T = TypeVar("T")
SOURCE = "/assay/drill"
POLL_S = 0.1


class Keys(Sealer, Opener, Protocol):
    """Seals and opens."""


class StepFailedError(Exception):
    """The step did not find what it looked for. Caught by :meth:`Stage.step`."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.detail = detail


class StepSkippedError(StepFailedError):
    """There is nothing to do for the step."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where and by whom a drill is run."""

    settings: Settings
    bundle: Bundle
    """The one in use."""
    keys: Keys
    clock: Clock
    log: AuditLog
    actor: str
    limit_s: float
    """How long a step waits for what it looks for."""

    @property
    def raw_topic(self) -> str:
        """Where synthetic traces go."""
        return topic_name(TopicRole.RAW, self.settings.topic_prefix)


@dataclass(slots=True)
class Stage:
    """A drill under way."""

    site: Site
    run: Run
    traces: Sequence[Synthetic]
    watch: Watch
    steps: list[Step] = field(default_factory=list[Step])
    sources: list[Source] = field(default_factory=list[Source])
    """Of the traces, in their order."""
    groups: Counter[str] = field(default_factory=Counter[str])
    """Issue group → how many of the traces are in it."""
    issues: dict[str, Issue] = field(default_factory=dict[str, Issue])
    """What is wrong, by issue group."""
    task: str = ""
    """The fingerprint of the task."""
    _began: float = 0.0
    _limit_s: float = 0.0

    @property
    def named(self) -> frozenset[str]:
        """The sources as headers have them."""
        return frozenset(map(str, self.sources))

    @property
    def reason(self) -> str:
        """Why a drill does what it does: for the audit log and histories."""
        return f"drill {self.run.name}"

    async def step(self, name: StepName, work: "Callable[[Stage], Awaitable[str]]") -> bool:
        """Do a step and write down how it ended; whether the next one makes sense."""
        began = self._began = time.monotonic()
        self._limit_s = self.site.limit_s
        if name is StepName.DETECTED:
            self._limit_s = min(self._limit_s, DETECTION_S)
        why, verdict = None, StepVerdict.PASSED
        try:
            detail = await work(self)
        except StepSkippedError as skipped:
            verdict, why, detail = StepVerdict.SKIPPED, skipped.why, skipped.detail
        except StepFailedError as failed:
            verdict, why, detail = StepVerdict.FAILED, failed.why, failed.detail
        self.steps.append(Step(name, verdict, time.monotonic() - began, why, detail))
        return verdict is not StepVerdict.FAILED

    async def until(
        self, roles: Collection[TopicRole], seen: Callable[[], T | None], detail: Callable[[], str] = str
    ) -> T:
        """What ``seen`` finds, as soon as it finds it on these topics.

        Raises :class:`StepFailedError` when the step's time is over, with what ``detail`` says then.
        """
        while True:
            await asyncio.to_thread(self.watch.poll, roles)
            found = seen()
            if found is not None:
                return found
            if time.monotonic() - self._began > self._limit_s:
                raise StepFailedError(Why.TOO_SLOW, detail())
            await asyncio.sleep(POLL_S)

    async def note(self, action: str, target: str) -> str:
        """Write into the audit log what is about to be done; the time of it."""
        at = rfc3339(self.site.clock.now_ns())
        await self.site.log.append_all([Act(self.site.actor, action, target, self.reason, at)])
        return at

    async def send(self, record: Outgoing) -> None:
        """Write a command."""
        await send(self.site.settings, [record])
