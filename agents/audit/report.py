"""What an audit says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assay.pipeline.core.document import Json

from .end_report import Balance, EndReport
from .finding import AuditFinding, FindingKind
from .hop_report import HopReport
from .replay_report import ReplayReport

LOSSES = (FindingKind.MISSING, FindingKind.DOUBLED, FindingKind.JOURNAL_LOST)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Counts over all raw partitions. ``raw = accounted + in_flight + expired + missing``."""

    group: str
    partitions: int
    raw: int
    """Raw records that a ``read_committed`` reader sees."""
    accounted: int
    """Of these, those with an outcome."""
    in_flight: int
    """Of these, those at or after the committed offset and without an outcome yet."""
    expired: int
    """Of these, those whose outcome retention may have removed: not verifiable any more."""
    out_of_reach: int
    """Outcome records whose raw record retention has removed."""
    outcomes: Mapping[str, int]
    """Outcome records by word."""
    by_code: Mapping[str, int]
    """Outcome records by issue code that they carry."""
    tallies: int
    opened: int
    """Sealed payloads that were opened and compared."""
    claim_checks: int
    unopened: int
    counts: Mapping[FindingKind, int]
    examples: Mapping[FindingKind, Sequence[AuditFinding]]
    p50_ms: float | None
    """From a record's timestamp to its verdict, by the tallies."""
    p99_ms: float | None
    classified: HopReport = field(default_factory=HopReport)
    """What became of the failing traces."""
    ended: EndReport = field(default_factory=EndReport)
    """Where they ended."""
    replays: ReplayReport = field(default_factory=ReplayReport)
    """Which of the raw records are new tries, and what became of their sources."""
    retractions: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """Repairs that were taken back, and of which rules."""
    balance: Balance | None = None
    """Where every raw record is, over the whole way; ``None`` when only a part of it was looked at."""

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.counts

    @property
    def bound_95(self) -> float | None:
        """Nothing lost or doubled in N says: the true rate is below 3/N with 95 % confidence (rule of three).

        ``None`` when something was, or when there is nothing to judge by.
        """
        if not self.accounted or any(kind in self.counts for kind in LOSSES):
            return None
        return 3 / self.accounted

    def to_json(self) -> dict[str, Json]:
        """The report of ``assay audit --json``."""
        return {
            "ok": self.ok,
            "group": self.group,
            "partitions": self.partitions,
            "raw": self.raw,
            "accounted": self.accounted,
            "in_flight": self.in_flight,
            "expired": self.expired,
            "out_of_reach": self.out_of_reach,
            "outcomes": dict(self.outcomes),
            "by_code": dict(self.by_code),
            "tallies": self.tallies,
            "classified": self.classified.to_json(),
            "ended": self.ended.to_json(),
            "replays": self.replays.to_json(),
            "retractions": dict(self.retractions),
            "balance": None if self.balance is None else self.balance.to_json(),
            "payloads": {
                "opened": self.opened,
                "claim_checks": self.claim_checks,
                "unopened": self.unopened,
            },
            "findings": [
                {
                    "kind": kind.value,
                    "count": self.counts[kind],
                    "examples": [
                        {
                            "at": str(example.at),
                            "source": None if example.source is None else str(example.source),
                            "why": example.why,
                        }
                        for example in self.examples[kind]
                    ],
                }
                for kind in FindingKind
                if kind in self.counts
            ],
            "bound_95": self.bound_95,
            "latency_ms": {"p50": _round(self.p50_ms), "p99": _round(self.p99_ms)},
        }


def _round(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
