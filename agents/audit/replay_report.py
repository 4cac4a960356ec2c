"""What an audit says of replays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assay.pipeline.core.document import Json
from assay.pipeline.core.record import Source

MOST_LISTED = 1000
"""Sources that a report names one by one; the numbers are always of all."""


class Try(NamedTuple):
    """One new try of a source."""

    at: Source
    attempt: int
    job: str
    receipt: str
    """Of a person's edit; empty when there was none."""
    outcome: str
    """Where it is now: one of the four outcomes, or that it is in flight, expired, lost or doubled."""


class ReplayedSource(NamedTuple):
    """A first raw record that was replayed. Its current outcome is that of the last try."""

    source: Source
    outcome: str
    """Of the first pass; ``unknown`` when retention has removed it."""
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Raw records that are new tries of others, and the sources that they are tries of."""

    records: int = 0
    sources: int = 0
    edited: int = 0
    """Of the records, those whose value a person changed, now or at an earlier try."""
    edit_receipts: int = 0
    current: Mapping[str, int] = field(default_factory=dict[str, int])
    """Sources by the outcome of their last try; most frequent first."""
    listed: tuple[ReplayedSource, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The member ``replays`` of the report of ``assay audit --json``."""
        return {
            "records": self.records,
            "sources": self.sources,
            "edited": self.edited,
            "edit_receipts": self.edit_receipts,
            "current": dict(self.current),
            "listed": [
                {
                    "source": str(one.source),
                    "outcome": one.outcome,
                    "current": one.tries[-1].outcome,
                    "tries": [
                        {
                            "at": str(each.at),
                            "attempt": each.attempt,
                            "job": each.job,
                            "receipt": each.receipt,
                            "outcome": each.outcome,
                        }
                        for each in one.tries
                    ],
                }
                for one in self.listed
            ],
        }
