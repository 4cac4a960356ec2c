"""What one rule did to one trace (S0-127, S0-129, D-07)."""

from dataclasses import dataclass

from ..core.json_patch import Operation
from ..core.word import Word


class RuleResult(Word):
    """What became of a rule that was tried."""

    APPLIED = "applied"
    NO_CHANGE = "no_change"
    """It was for this trace, and there was nothing that it could do."""
    FAILED = "failed"
    """It could not do its work; what it had changed was put back."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A rule that was tried. ``patch`` and ``inverse`` hold values: they may only be kept sealed."""

    rule: str
    version: str
    codes: tuple[str, ...]
    """Of the issues that it was tried on, each once."""
    result: RuleResult
    error: str
    """The kind of fault, when it failed: a word of ``FaultKind``."""
    actions: tuple[str, ...]
    """What it changed, in words; names that no schema writes down are ``*``."""
    before: str
    """SHA-256 of the document that it got, as JSON with sorted names; hex."""
    after: str
    """Of the document that it left."""
    patch: tuple[Operation, ...]
    inverse: tuple[Operation, ...]
    paths: tuple[str, ...] = ()
    """Where it changed something, as JSON Pointers, each once; names that no schema writes down are ``*``."""

    @property
    def rule_id(self) -> str:
        """``name@version``."""
        return f"{self.rule}@{self.version}"
