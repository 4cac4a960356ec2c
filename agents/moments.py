"""Times as people type them: how long ago, or when."""

import re
from typing import Final

from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.detect.moments import parse_moment

FORMS: Final = "write 90s, 15m, 2h, 7d, 2026-03-04, or RFC 3339 such as 2026-03-04T09:15:00Z"
_AGO = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LATEST_NS = 253_402_300_800 * NANOS_PER_SECOND
"""The first moment of the year 10000, which nothing here can write."""


def moment_ns(text: str, now_ns: int) -> int:
    """Nanoseconds since 1970 of a length of time before now, of a day (its beginning in UTC), or of an RFC 3339 time.

    Raises ``ValueError`` for anything else, and for what lies before 1970 or after the year 9999.
    """
    if ago := _AGO.fullmatch(text):
        at_ns: int | None = now_ns - int(ago[1]) * _SECONDS[ago[2]] * NANOS_PER_SECOND
    else:
        at_ns = parse_moment(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    if at_ns is None or not 0 <= at_ns < _LATEST_NS:
        raise ValueError(FORMS)
    return at_ns
