"""What is to be undone of a version of a remediation rule (ADR 8)."""

from dataclasses import dataclass

from ..core.document import Json
from .reading import members, text


@dataclass(frozen=True, slots=True)
class Undo:
    """Which repairs are taken back: all that this version of the rule had a part in, and that were published in the window."""

    rule: str
    version: str
    since: str
    """Published at this time or later: RFC 3339 with nine digits and Z."""
    until: str = ""
    """Published before this time; empty for all that were published when the job began."""

    @property
    def rule_id(self) -> str:
        """``name@version``."""
        return f"{self.rule}@{self.version}"

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        document: dict[str, Json] = {"rule": self.rule, "version": self.version, "since": self.since}
        return document | {"until": self.until} if self.until else document

    @classmethod
    def from_json(cls, document: Json) -> "Undo":
        """The inverse. Raises ``ValueError`` for anything else, without quoting it."""
        parts = members(document)
        undo = cls(text(parts, "rule"), text(parts, "version"), text(parts, "since"), text(parts, "until"))
        if not (undo.rule and undo.version and undo.since):
            raise ValueError("a rule, its version and a beginning are expected")
        return undo
