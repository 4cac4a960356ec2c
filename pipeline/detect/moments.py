"""RFC 3339 texts as exact moments: integers, never floats."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

NANOS_PER_SECOND: Final = 1_000_000_000

_SECOND = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
_SECOND_FORM = re.compile(_SECOND)
_RFC_3339 = re.compile(rf"({_SECOND})(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{{2}}):([0-9]{{2}}))")
_NAIVE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?")
_NANO_LENGTH: Final = 30
"""Of a time with nine digits and ``Z``: what producers that follow the design write."""
_DAYS_IN_400_YEARS: Final = 146_097
_EPOCH: Final = date(1970, 1, 1).toordinal()


def parse_moment(text: object) -> int | None:
    """Nanoseconds since 1970; ``None`` for what is no RFC 3339 time (a time without an offset is none).

    Digits after the ninth are cut off. A leap second is the first second of the next day, as in POSIX time.
    Fits an int64 from 1678 to 2261; outside, the integer is larger and still exact.
    """
    if not isinstance(text, str):
        return None
    if len(text) == _NANO_LENGTH and text[29] == "Z" and text[19] == ".":
        digits, seconds = text[20:29], _seconds(text[:19])
        if seconds is not None and digits.isdigit() and digits.isascii():
            return seconds * NANOS_PER_SECOND + int(digits)
    found = _RFC_3339.fullmatch(text)
    if found is None:
        return None
    second, fraction, sign, hours, minutes = found.groups()
    offset = 0
    if sign is not None:
        if int(hours) > 23 or int(minutes) > 59:
            return None
        offset = (int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60)
    leap = second.endswith(":60")
    seconds = _seconds(second[:-2] + "59" if leap else second)
    if seconds is None:
        return None
    if leap:  # only the last second of a day in UTC can be one
        seconds += 1
        if (seconds - offset) % 86_400:
            return None
    return (seconds - offset) * NANOS_PER_SECOND + (int(fraction[:9].ljust(9, "0")) if fraction else 0)


def is_naive(text: object) -> bool:
    """Whether the text is a date and a time of day without an offset: a real one, or the fault is another."""
    if not isinstance(text, str):
        return False
    found = _NAIVE.fullmatch(text)
    return found is not None and _seconds(f"{found[1]}T{found[2]}") is not None


@lru_cache(maxsize=4096)
def _seconds(text: str) -> int | None:
    """Seconds since 1970 of ``YYYY-MM-DDTHH:MM:SS`` read as UTC. Cached: a trace's times share a few seconds."""
    if _SECOND_FORM.fullmatch(text) is None:
        return None
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    if hour > 23 or minute > 59 or second > 59:
        return None
    year = int(text[:4])
    try:  # the calendar repeats every 400 years, and ``date`` has no year 0
        days = date(year or 400, int(text[5:7]), int(text[8:10])).toordinal()
    except ValueError:
        return None
    days -= _EPOCH + (0 if year else _DAYS_IN_400_YEARS)
    return ((days * 24 + hour) * 60 + minute) * 60 + second
