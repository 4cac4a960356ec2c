"""What an audit says of the ends of failing traces, and of all ends together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assay.pipeline.core.document import Json


@dataclass(frozen=True, slots=True)
class EndReport:
    """Counts over ``traces.classified``. ``records = accounted + in_flight + expired + missing``."""

    group: str = ""
    records: int = 0
    """Records on ``traces.classified`` that a ``read_committed`` reader sees."""
    accounted: int = 0
    """Of these, those with an end."""
    in_flight: int = 0
    """Of these, those at or after the committed offset and without an end yet."""
    expired: int = 0
    out_of_reach: int = 0
    """Ends whose classified record retention has removed."""
    by_outcome: Mapping[str, int] = field(default_factory=dict[str, int])
    by_reason: Mapping[str, int] = field(default_factory=dict[str, int])
    """Most frequent first."""
    receipts: int = 0
    """Records on ``quality.receipts``."""
    repairs_proved: int = 0
    """Repaired traces of which input + patch = output, and the inverse leads back: worked out here."""
    tallies: int = 0

    def to_json(self) -> dict[str, Json]:
        """The member ``ended`` of the report of ``assay audit --json``."""
        return {
            "group": self.group,
            "records": self.records,
            "accounted": self.accounted,
            "in_flight": self.in_flight,
            "expired": self.expired,
            "out_of_reach": self.out_of_reach,
            "by_outcome": dict(self.by_outcome),
            "by_reason": dict(self.by_reason),
            "receipts": self.receipts,
            "repairs_proved": self.repairs_proved,
            "tallies": self.tallies,
        }


@dataclass(frozen=True, slots=True)
class Balance:
    """Raw records by where they are. ``raw = sum(ends) + sum(in_flight) + expired + lost + doubled``."""

    raw: int = 0
    ends: Mapping[str, int] = field(default_factory=dict[str, int])
    """By outcome: raw records with this one end, and no other."""
    in_flight: Mapping[str, int] = field(default_factory=dict[str, int])
    """By the lane that has yet to take them."""
    expired: int = 0
    """Nowhere to be seen, where retention may have removed what was to be seen."""
    lost: int = 0
    """Without an end, and in flight nowhere."""
    doubled: int = 0
    """With several ends."""

    def to_json(self) -> dict[str, Json]:
        """The member ``balance`` of the report of ``assay audit --json``."""
        return {
            "raw": self.raw,
            "ends": dict(self.ends),
            "in_flight": dict(self.in_flight),
            "expired": self.expired,
            "lost": self.lost,
            "doubled": self.doubled,
        }
