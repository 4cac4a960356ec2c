"""What an escalation says: one effect for each step that is taken, asked for, skipped, or no longer wanted."""

from dataclasses import dataclass

from ..core.word import Word
from ..policy.escalation import EscalationLevel
from .group import Group


class EffectKind(Word):
    """What is to be done about it; the event's type is ``assay.escalation.<kind>.v1``."""

    STEP = "step"
    """Call the roles."""
    CONFIRMATION = "confirmation"
    """Ask the roles whether those in ``calls`` are to be called (D-20)."""
    SKIPPED = "skipped"
    """A step that will not be taken: nothing is left out in silence (OPERATIONS 5.3)."""
    STOPPED = "stopped"
    """Nobody is to be called any more; what is queued can be dropped."""


class Why(Word):
    """Why a step was skipped, or the whole was stopped."""

    ALREADY_CALLED = "already_called"
    """The chain before it, at a lower severity, has called these roles."""
    SEVERITY_RAISED = "severity_raised"
    """The chain of the higher severity has taken over."""
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class EscalationTrigger:
    """Why people are called, and how high it goes (S0-184)."""

    reason: str
    escalation_level: EscalationLevel


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing to say of one group. Equal causes give equal ids."""

    kind: EffectKind
    group: Group
    since_ns: int
    """First detection of the episode: what all times count from."""
    chain: str
    """Empty for ``stopped``."""
    chain_version: int
    step: int
    roles: tuple[str, ...]
    trigger: EscalationTrigger
    due_ns: int
    calls: tuple[str, ...] = ()
    why: Why | None = None

    @property
    def event_id(self) -> str:
        """Made of group, chain and its version, step and episode (D-12): done again, it is the same event."""
        fingerprint, episode = self.group.fingerprint, self.group.episode
        if self.kind is EffectKind.STOPPED:
            return f"{fingerprint}/stopped/{self.why}/{episode}"
        step = f"{fingerprint}/{self.chain}@{self.chain_version}/{self.step}/{episode}"
        return step if self.kind is EffectKind.STEP else f"{step}/{self.kind}"
