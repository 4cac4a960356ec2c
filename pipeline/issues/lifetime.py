"""How long a group is kept: what is over and quiet must not fill the memory of the lane for ever."""

from ..core.clock import NANOS_PER_SECOND, ns_of
from .group import Group
from .status import OPEN

KEPT_NS = 90 * 86_400 * NANOS_PER_SECOND
"""As long as ``quality.issues`` keeps the facts."""


def ends_at(group: Group) -> int | None:
    """When the group may be forgotten, in nanoseconds since 1970; never while it is open.

    The same problem is a new group then, detected for the first time.
    """
    if group.status in OPEN or not group.resolved_at:
        return None
    return max(ns_of(group.resolved_at), ns_of(group.last_seen)) + KEPT_NS
