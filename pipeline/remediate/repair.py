"""What the rules made of one failing trace."""

from dataclasses import dataclass

from ..core.document import Json
from ..core.issue import Issue
from ..core.json_patch import Operation
from ..core.word import Word
from .receipt import Receipt, RuleResult


class Standing(Word):
    """How the rules stand to one issue."""

    COVERED = "covered"
    """A rule changed what is wrong. Whether rightly, only the detectors can say."""
    FAILED = "failed"
    """A rule is for it, and could not do its work."""
    PERSON = "person"
    """A rule is for it that may only propose (policy says a person must look)."""
    UNDONE = "undone"
    """A rule is for it whose repair of this very trace a person took back."""
    NONE = "none"
    """No rule is for it, or none has anything to write that its owner declared."""
    FORBIDDEN = "forbidden"
    """It touches security or compliance: never repaired automatically (D-10)."""


class Effort(Word):
    """How far a repair may go."""

    AUTOMATIC = "automatic"
    """Only rules that may be applied without a person; nothing at all when security or compliance is touched."""
    PROPOSAL = "proposal"
    """Every rule, for a person who looks at what comes of it."""


class Scope(Word):
    """Which issues are repaired."""

    BLOCKING = "blocking"
    """Those that keep the trace from passing: what readers can live with stays as it came."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired copy, and how it came about. Nobody has judged it yet: ``value`` goes through every detector."""

    document: Json
    """The copy; the document that came in was never touched (D-09)."""
    value: bytes
    """The copy as JSON."""
    patch: tuple[Operation, ...]
    """RFC 6902, from what came in to the copy. Holds values."""
    inverse: tuple[Operation, ...]
    """And back."""
    receipts: tuple[Receipt, ...]
    """One for each rule that was tried, in order."""
    standings: tuple[tuple[Issue, Standing], ...]
    """One for each issue of the scope."""

    @property
    def changed(self) -> bool:
        """Whether anything was."""
        return bool(self.patch)

    @property
    def rules(self) -> tuple[str, ...]:
        """``name@version`` of each rule that changed something or failed: whose trust and breakers decide."""
        return tuple(one.rule_id for one in self.receipts if one.result is not RuleResult.NO_CHANGE)

    def stands(self, standing: Standing) -> bool:
        """Whether any issue stands so."""
        return any(one is standing for _, one in self.standings)
