"""Times as the design writes them: RFC 3339, nine digits, ``Z``. Exact, in integers; a zone is never guessed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ..core.clock import NANOS_PER_SECOND, rfc3339
from ..core.document import Json
from ..policy.remediation_steps import Unit

_TIME: Final = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt]| )(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,9}))?"
    r"(?:(?P<utc>Z|z| ?UTC| ?GMT)| ?(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?)?"
)
_NANOS: Final[Mapping[Unit, int]] = {
    Unit.SECONDS: NANOS_PER_SECOND,
    Unit.MILLISECONDS: 1_000_000,
    Unit.MICROSECONDS: 1_000,
    Unit.NANOSECONDS: 1,
}
_YEAR_2000_S: Final = 946_684_800
_YEAR_2100_S: Final = 4_102_444_800


def normal_time(value: Json, zone: int | None, unit: Unit | None) -> str | None:
    """The time in its normal form; ``None`` for what is no time, or could be more than one.

    ``zone``: minutes ahead of UTC that a time without an offset has, when somebody declared it. ``unit``: what an
    integer counts, likewise; only moments from 2000 to 2100 are believed. More than nine digits of fraction, and
    leap seconds, stay as they are.
    """
    match value:
        case bool():
            return None
        case int() if unit is not None:
            moment = value * _NANOS[unit]
            believed = _YEAR_2000_S <= moment // NANOS_PER_SECOND < _YEAR_2100_S
            return rfc3339(moment) if believed else None
        case str():
            return _of_text(value, zone)
        case _:
            return None


def _of_text(text: str, zone: int | None) -> str | None:
    found = _TIME.fullmatch(text) if len(text) < 64 else None
    if found is None:
        return None
    if found["utc"]:
        ahead = 0
    elif found["sign"]:
        hours, minutes = int(found["hours"]), int(found["minutes"] or "0")
        if hours > 23 or minutes > 59:
            return None
        ahead = (hours * 60 + minutes) * (-1 if found["sign"] == "-" else 1)
    elif zone is not None:
        ahead = zone
    else:
        return None
    try:
        at = datetime.strptime(f"{found['date']} {found['time']}+0000", "%Y-%m-%d %H:%M:%S%z")
        second = int((at - _EPOCH).total_seconds()) - ahead * 60
        return rfc3339(second * NANOS_PER_SECOND + int((found["fraction"] or "0").ljust(9, "0")))
    except (
        ValueError,
        OverflowError,
    ):  # no day of the calendar, or outside of it once the offset is taken off
        return None


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
