"""How much of a tenant may lie in quarantine before somebody is told."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OverLimit:
    """A tenant above a limit."""

    tenant: str
    what: str
    """``records`` or ``bytes``."""
    number: int
    most: int


def over_limits(sums: Mapping[str, int], *, most_records: int, most_bytes: int) -> list[OverLimit]:
    """Tenants above a limit, from the sums of the view ``quarantine``; the furthest above first."""
    most = {"records": most_records, "bytes": most_bytes}
    found = []
    for name, number in sums.items():
        what, _, tenant = name.partition("=")
        if what in most and number > most[what]:
            found.append(OverLimit(tenant, what, number, most[what]))
    return sorted(found, key=lambda each: (-each.number / each.most, each.tenant, each.what))
