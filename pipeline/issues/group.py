"""An issue group: everything that is known of one problem (DESIGN 8)."""

from dataclasses import dataclass

from ..core.issue import Category, Severity
from ..core.team import Team
from .marks import FirstBad, Mark, Producer, Refused, Sample, TenantCount, Transition
from .rate import Rate
from .status import Status

SCHEMA = "assay/issue_group/1-0-0"
EVENT_TYPE = "assay.issue_group.v1"


@dataclass(frozen=True, slots=True)
class Group:
    """The state of a fingerprint, as it stands on ``quality.issue_groups``: members and their order are the document's.

    An *episode* is the time from the first detection, or from the reopening, to the end. Acknowledgement,
    confirmation, severity and the first bad version belong to the episode; counts and first seen to the group.
    What escalation has made of it (S0-64 … S0-66) is escalation's own state. Texts of time as in :class:`Fact`.
    """

    schema: str
    fingerprint: str
    code: str
    category: Category
    severity: Severity
    """The worst of the episode."""
    blocking: bool
    team: Team
    subject: str
    path: str
    rule: str
    status: Status
    episode: int
    opened_at: str
    """First detection of the episode: what escalation counts from."""
    count: int
    """Traces."""
    occurrences: int
    """Issues in these traces."""
    first_seen: str
    last_seen: str
    rate: Rate
    tenants: tuple[TenantCount, ...]
    producers: tuple[Producer, ...]
    first_bad: FirstBad
    samples: tuple[Sample, ...]
    assigned_to: str = ""
    resolution_notes: str = ""
    resolved_at: str = ""
    """When it was resolved or ignored; empty while it is open."""
    acknowledged: Mark | None = None
    confirmed: Mark | None = None
    """A person has looked and found it real: the last steps of an escalation wait for it (D-20)."""
    transitions: tuple[Transition, ...] = ()
    refused: tuple[Refused, ...] = ()
    seen: tuple[str, ...] = ()
    """Digests of the ids of the last events, the same event comes in once."""
