"""What an audit says of the classifier."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assay.pipeline.core.document import Json


@dataclass(frozen=True, slots=True)
class HopReport:
    """Counts over ``traces.invalid``. ``records = accounted + in_flight + expired + missing``."""

    group: str = ""
    records: int = 0
    """Records on ``traces.invalid`` that a ``read_committed`` reader sees."""
    accounted: int = 0
    """Of these, those with a classified record."""
    in_flight: int = 0
    """Of these, those at or after the committed offset and not classified yet."""
    expired: int = 0
    out_of_reach: int = 0
    """Classified records whose origin on ``traces.invalid`` retention has removed."""
    facts: int = 0
    """Records on ``quality.issues``."""
    issue_groups: int = 0
    """Fingerprints among them."""
    tallies: int = 0
    by_severity: Mapping[str, int] = field(default_factory=dict[str, int])
    """Classified records, most frequent first; the next two likewise."""
    by_team: Mapping[str, int] = field(default_factory=dict[str, int])
    by_disposition: Mapping[str, int] = field(default_factory=dict[str, int])

    def to_json(self) -> dict[str, Json]:
        """The member ``classified`` of the report of ``assay audit --json``."""
        return {
            "group": self.group,
            "records": self.records,
            "accounted": self.accounted,
            "in_flight": self.in_flight,
            "expired": self.expired,
            "out_of_reach": self.out_of_reach,
            "facts": self.facts,
            "issue_groups": self.issue_groups,
            "tallies": self.tallies,
            "by_severity": dict(self.by_severity),
            "by_team": dict(self.by_team),
            "by_disposition": dict(self.by_disposition),
        }
