"""Who is called when: the escalation matrix (DESIGN 8, S0-170 … S0-184, D-12, D-13, D-20)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.document import Json
from ..core.issue import Category, Severity
from ..core.word import Word


class EscalationLevel(Word):
    """How high a call goes (S0-184); ordered as listed."""

    RESPONDER = "responder"
    LEAD = "lead"
    MANAGEMENT = "management"
    EXECUTIVE = "executive"

    @property
    def rank(self) -> int:
        """0 for responders, 3 for executives."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(EscalationLevel)}


class Confirm(Word):
    """Whether a clock may take a step (D-20)."""

    REQUIRED = "required"
    """Never: when its time has come a person is asked, and without their word nobody is called."""
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who can be called; ``policies/notifications.yaml`` says how they are reached."""

    level: EscalationLevel
    confirm: Confirm = Confirm.NOT_NEEDED
    """What holds for steps that call the role and say nothing of it."""


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step of a chain."""

    after_s: int
    """Seconds from the first detection."""
    roles: tuple[str, ...]
    level: EscalationLevel
    reason: str
    """A sentence for people; what stands in braces is one of :data:`PLACEHOLDERS`."""
    confirm: Confirm = Confirm.NOT_NEEDED
    ask: tuple[str, ...] = ()
    """Who is asked to confirm; not empty when confirmation is required."""
    because: str = ""
    """Why a role that wants a confirmation is called without one."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps in the order of their times. Frozen into a group's state when it starts: edits affect later starts."""

    name: str
    version: int
    steps: tuple[ChainStep, ...]


@dataclass(frozen=True, slots=True)
class VolumeRule:
    """Too many of one group in too short a time (S0-183, D-13)."""

    version: int
    more_than: int
    within_s: int
    roles: tuple[str, ...]
    level: EscalationLevel
    reason: str


@dataclass(frozen=True, slots=True)
class EscalationMatrix:
    """The whole of it."""

    roles: Mapping[str, Role] = field(default_factory=dict[str, Role])
    chains: Mapping[Severity, Chain] = field(default_factory=dict[Severity, Chain])
    """One for every severity; one without steps calls nobody."""
    overlays: Mapping[Category, Chain] = field(default_factory=dict[Category, Chain])
    """Run beside the chain of the severity."""
    volume: VolumeRule | None = None
    """``None``: numbers call nobody."""


VOLUME = "volume"
"""The name of the chain of volume steps."""
PLACEHOLDERS = frozenset({"code", "category", "severity", "tenant", "fingerprint", "count"})
"""What a reason may name in braces. None of it is a value of a trace."""
VOLUME_PLACEHOLDERS = PLACEHOLDERS | {VOLUME}
"""``{volume}`` is how many there were in the window (S0-183)."""


def matrix_document(matrix: EscalationMatrix) -> Json:
    """The matrix as plain JSON: part of what a bundle's id is the hash of."""
    volume = matrix.volume
    return {
        "roles": {
            name: {"level": role.level.value, "confirm": role.confirm.value}
            for name, role in matrix.roles.items()
        },
        "chains": {severity.value: chain_document(chain) for severity, chain in matrix.chains.items()},
        "overlays": {category.value: chain_document(chain) for category, chain in matrix.overlays.items()},
        "volume": None if volume is None else volume_document(volume),
    }


def chain_document(chain: Chain) -> dict[str, Json]:
    """A chain as plain JSON."""
    return {"name": chain.name, "version": chain.version, "steps": [_step(step) for step in chain.steps]}


def volume_document(volume: VolumeRule) -> dict[str, Json]:
    """The rule on volume as plain JSON."""
    return {
        "version": volume.version,
        "more_than": volume.more_than,
        "within_s": volume.within_s,
        "roles": [*volume.roles],
        "level": volume.level.value,
        "reason": volume.reason,
    }


def _step(step: ChainStep) -> Json:
    return {
        "after_s": step.after_s,
        "roles": [*step.roles],
        "level": step.level.value,
        "reason": step.reason,
        "confirm": step.confirm.value,
        "ask": [*step.ask],
        "because": step.because,
    }
