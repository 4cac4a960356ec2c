"""Which tenants have most failing traces."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..core.outcome import Outcome
from .buckets import words_of
from .quality import DETECTOR


class TenantCounts(NamedTuple):
    """A tenant's traces."""

    tenant: str
    traces: int
    failing: int


def top_tenants(
    counts: Iterable[Mapping[str, int]], most: int, *, leaving_out: str = ""
) -> list[TenantCounts]:
    """Those with most failing traces in these buckets, then those with most traces; not the tenant of drills."""
    traces, failing = Counter[str](), Counter[str]()
    for bucket in counts:
        for name, number in bucket.items():
            match words_of(name):
                case ["records", lane, tenant, outcome, _] if lane == DETECTOR and tenant != leaving_out:
                    traces[tenant] += number
                    failing[tenant] += 0 if outcome == Outcome.VALID else number
    found = [TenantCounts(tenant, number, failing[tenant]) for tenant, number in traces.items()]
    return sorted(found, key=lambda each: (-each.failing, -each.traces, each.tenant))[:most]
