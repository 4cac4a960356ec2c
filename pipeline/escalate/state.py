"""Where the escalation of one issue group stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..core.clock import NANOS_PER_SECOND
from ..core.word import Word
from ..policy.escalation import Chain, ChainStep, EscalationLevel, VolumeRule
from .effect import Why
from .group import Group


class StepStatus(Word):
    """What became of a step."""

    PENDING = "pending"
    ASKED = "asked"
    """Its time has come; it waits for a person's confirmation (D-20)."""
    FIRED = "fired"
    SKIPPED = "skipped"


OPEN_STEPS: Final = frozenset({StepStatus.PENDING, StepStatus.ASKED})


class Phase(Word):
    """What an escalation waits for."""

    RUNNING = "running"
    """For the time of its next step."""
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    """For a person's word, and for nothing else."""
    EXHAUSTED = "exhausted"
    """For anybody: everybody has been called."""
    ACKNOWLEDGED = "acknowledged"
    """For nothing: somebody takes care of it."""
    CLOSED = "closed"
    """For nothing: the group is resolved or ignored."""


@dataclass(frozen=True, slots=True)
class Track:
    """A chain at work for a group, as it was when it started: later edits of the policy do not change it."""

    chain: Chain
    statuses: tuple[StepStatus, ...]
    """One for each step."""

    @classmethod
    def start(cls, chain: Chain) -> "Track":
        """With every step still to come."""
        return cls(chain, (StepStatus.PENDING,) * len(chain.steps))

    def steps(self) -> Iterator[tuple[int, ChainStep, StepStatus]]:
        """Each step with its number and what became of it."""
        for index, (step, status) in enumerate(zip(self.chain.steps, self.statuses, strict=True)):
            yield index, step, status


@dataclass(frozen=True, slots=True)
class VolumeWatch:
    """The rule on volume, as it was when the escalation started, and what it has done."""

    rule: VolumeRule
    fired: int = 0
    """How often, in this episode."""
    quiet_until_ns: int = 0
    """Once in a window: before this time it keeps quiet."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """The state of one group in one episode."""

    group: Group
    """As it was seen last."""
    since_ns: int
    """First detection of the episode: what all times count from."""
    tracks: tuple[Track, ...]
    """The chain of the severity, the overlay of the category, then chains of severities that the group rose to. The
    steps that a replaced chain had left are skipped."""
    volume: VolumeWatch | None = None
    stopped: tuple[Why, ...] = ()
    """Which ends have been told of: each is told of once."""


def due_of(state: Escalation, step: ChainStep) -> int:
    """When the step is to be taken."""
    return state.since_ns + step.after_s * NANOS_PER_SECOND


def is_stopped(state: Escalation) -> bool:
    """Whether somebody takes care of the group, or nobody has to: then nobody is called."""
    return not state.group.is_open or state.group.acknowledged is not None


def phase_of(state: Escalation) -> Phase:
    """What it waits for now."""
    if not state.group.is_open:
        return Phase.CLOSED
    if state.group.acknowledged is not None:
        return Phase.ACKNOWLEDGED
    statuses = {status for track in state.tracks for status in track.statuses}
    if StepStatus.PENDING in statuses:
        return Phase.RUNNING
    return Phase.AWAITING_CONFIRMATION if StepStatus.ASKED in statuses else Phase.EXHAUSTED


def next_due(state: Escalation) -> int | None:
    """When the clock has to come back; ``None`` when only people can change anything."""
    if phase_of(state) is not Phase.RUNNING:
        return None
    return min(
        due_of(state, step)
        for track in state.tracks
        for _, step, status in track.steps()
        if status is StepStatus.PENDING
    )


def heard(state: Escalation) -> tuple[tuple[str, ...], EscalationLevel | None]:
    """Everybody who was called or asked in this episode, in that order, and the highest level; ``None`` for nobody."""
    roles: list[str] = []
    levels: list[EscalationLevel] = []
    for track in state.tracks:
        for _, step, status in track.steps():
            if status is StepStatus.FIRED:
                roles += step.roles
                levels.append(step.level)
            elif status is StepStatus.ASKED:
                roles += step.ask
                levels.append(EscalationLevel.LEAD)
    if state.volume is not None and state.volume.fired:
        roles += state.volume.rule.roles
        levels.append(state.volume.rule.level)
    highest = max(levels, key=lambda level: level.rank, default=None)
    return tuple(dict.fromkeys(roles)), highest
