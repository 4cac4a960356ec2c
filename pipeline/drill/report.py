"""What a drill found: a verdict and a time for each step."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..core.document import Json
from .names import AGENTS, Drill, StepName, StepVerdict, Why

DETECTION_S = 30.0
"""S0-200."""
TOO_LONG = "Detection took too long"
REPAIR_RATE = 0.9
"""S0-204: more than this share of the repairs must succeed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``detail`` is numbers and names of ours, never a value of a trace."""

    name: StepName
    verdict: StepVerdict
    seconds: float = 0.0
    why: Why | None = None
    detail: str = ""

    @property
    def sentence(self) -> str:
        """What to say of it to a person; empty for a step that passed without a word."""
        if self.verdict is StepVerdict.FAILED and self.why is Why.TOO_SLOW:
            agent = AGENTS.get(self.name)
            hint = f"is the agent {agent} running?" if agent else ""
            late = TOO_LONG if self.name is StepName.DETECTED else "nothing came in time"
            return "; ".join(filter(None, (late, self.detail, hint)))
        return ": ".join(filter(None, (self.why.value.replace("_", " ") if self.why else "", self.detail)))

    def to_json(self) -> dict[str, Json]:
        """For scripts."""
        return {
            "step": self.name.value,
            "verdict": self.verdict.value,
            "seconds": round(self.seconds, 3),
            "why": self.why.value if self.why else None,
            "detail": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class DrillReport:
    """One drill."""

    drill: Drill
    steps: Sequence[Step]
    sources: Sequence[str] = ()
    """The synthetic raw records."""
    fingerprints: Sequence[str] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether every step passed, or had nothing to do."""
        fine = {StepVerdict.PASSED, StepVerdict.SKIPPED}
        return bool(self.steps) and all(step.verdict in fine for step in self.steps)

    def to_json(self) -> dict[str, Json]:
        """For scripts."""
        return {
            "drill": self.drill.value,
            "ok": self.ok,
            "steps": [step.to_json() for step in self.steps],
            "sources": [*self.sources],
            "fingerprints": [*self.fingerprints],
        }
