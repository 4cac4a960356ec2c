"""How long problems lasted (metric ``issue_resolution_time``, S0-194)."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..core.clock import NANOS_PER_SECOND, ns_of
from .status import Status


class Resolution(NamedTuple):
    """The end of an episode."""

    severity: str
    category: str
    seconds: float


def resolutions(group: dict[str, Any], is_new: Callable[[str], bool]) -> Iterator[Resolution]:
    """The resolutions in a group's document that were caused by records of which ``is_new`` is true.

    ``is_new`` is asked with ``topic/partition/offset``: a document that is read again counts nothing again.
    """
    for each in group["transitions"]:
        if each["became"] == Status.RESOLVED and is_new(each["cause"]):
            lasted = ns_of(each["at"]) - ns_of(each["opened_at"])
            yield Resolution(each["severity"], group["category"], max(0, lasted) / NANOS_PER_SECOND)
