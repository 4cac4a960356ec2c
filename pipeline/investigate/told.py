"""One thing that happened to a trace, or to the problem that it has."""

from dataclasses import dataclass, field

from ..core.document import Json
from ..core.word import Word


class Chapter(Word):
    """What kind of thing; in the order in which they follow from each other."""

    PUBLISHED = "published"
    PASSED = "passed"
    FAILED = "failed"
    ISSUE = "issue"
    CLASSIFIED = "classified"
    RECEIPT = "receipt"
    REMEDIATED = "remediated"
    RETRACTED = "retracted"
    QUARANTINED = "quarantined"
    DEAD_LETTERED = "dead_lettered"
    GROUP = "group"
    TASK = "task"
    ESCALATION = "escalation"
    NOTIFICATION = "notification"
    REPLAY = "replay"
    AUDIT = "audit"


ORDER = {chapter: number for number, chapter in enumerate(Chapter)}
OUTCOMES = frozenset({Chapter.PASSED, Chapter.REMEDIATED, Chapter.QUARANTINED, Chapter.DEAD_LETTERED})
BY_SOURCE_TIME = frozenset({Chapter.PASSED, Chapter.REMEDIATED, Chapter.RETRACTED})
"""Their records carry the time of the trace, not of their writing (ADR 5)."""


@dataclass(frozen=True, slots=True)
class Told:
    """``words`` and ``more`` hold codes, pointers, ids and what people wrote; no value of a trace (promise 4)."""

    chapter: Chapter
    at: str
    """RFC 3339, nine digits; empty when nobody can tell."""
    where: str
    """``topic/partition/offset`` of the record that says so."""
    words: str
    source: str = ""
    """The raw record that it is about; empty for what is about the problem."""
    root: str = ""
    """The first try of that record; itself when it is the first."""
    tenant: str = ""
    attempt: int = 0
    more: dict[str, Json] = field(default_factory=dict)

    def document(self) -> dict[str, Json]:
        """Its JSON form."""
        return {
            "at": self.at,
            "what": self.chapter.value,
            "source": self.source,
            "tenant_id": self.tenant,
            "attempt": self.attempt,
            "text": self.words,
            "record": self.where,
            **self.more,
        }
