"""What ``quality.policy`` says, read record by record from its beginning (ADR 7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from .publication import Active, Candidate, Refused, decode


class PolicyRecord(NamedTuple):
    """A record of the topic."""

    offset: int
    key: str
    value: bytes | None


@dataclass(slots=True)
class PolicyLog:
    """The last word on each key.

    An ``active`` never replaces one that answers a later candidate: an agent that was frozen between its
    check and its answer speaks late, and must not bring an older bundle back.
    """

    candidate: Candidate | None = None
    candidate_offset: int = -1
    active: Active | None = None
    refused: Refused | None = None
    unreadable: int = 0
    """Records that Assay did not write; they change nothing."""
    _last: int = -1

    def take(self, records: Iterable[PolicyRecord]) -> None:
        """Take in further records, in the order of the topic."""
        for record in records:
            if record.offset <= self._last:
                self._forget()
            self._last = record.offset
            self._take(record)

    def answers(self, candidate: int) -> Active | Refused | None:
        """What became of the candidate at that offset, while the topic still holds it."""
        for answer in (self.active, self.refused):
            if answer is not None and answer.candidate == candidate:
                return answer
        return None

    def is_past(self, candidate: int) -> bool:
        """Whether a later candidate took its place, or was answered."""
        answers = (answer.candidate for answer in (self.active, self.refused) if answer is not None)
        return max(self.candidate_offset, *answers, -1) > candidate

    def _forget(self) -> None:
        """The topic was made anew under its old name: what was known of the old one does not count."""
        self.candidate, self.candidate_offset, self.active, self.refused = None, -1, None, None

    def _take(self, record: PolicyRecord) -> None:
        if record.value is None:
            return
        try:
            publication = decode(record.key, record.value)
        except ValueError:
            self.unreadable += 1
            return
        match publication:
            case Candidate():
                self.candidate, self.candidate_offset = publication, record.offset
            case Active():
                if self.active is None or publication.candidate >= self.active.candidate:
                    self.active = publication
            case Refused():
                self.refused = publication
