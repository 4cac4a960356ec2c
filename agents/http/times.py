"""Times in parameters."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated

from fastapi import Query

from assay.pipeline.core.clock import NANOS_PER_MILLI, NANOS_PER_SECOND, rfc3339

from .problems import invalid

FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$"

Time = Annotated[
    str | None,
    Query(
        pattern=FORM,
        description="RFC 3339, UTC, ending in `Z`; up to nine digits of a second.",
        examples=["2026-05-04T09:30:00Z"],
    ),
]


def ns_at(key: str, text: str | None) -> int | None:
    """The time of a parameter in nanoseconds since 1970. Raises ``HttpProblem`` for a day that there is not."""
    if text is None:
        return None
    try:
        whole, _, fraction = text.removesuffix("Z").partition(".")
        seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
    except ValueError:
        raise invalid(key, "is no time", "Write it as 2026-05-04T09:30:00Z") from None
    return seconds * NANOS_PER_SECOND + int(fraction.ljust(9, "0"))


def millis_at(key: str, text: str | None) -> int | None:
    """The same in milliseconds."""
    found = ns_at(key, text)
    return None if found is None else found // NANOS_PER_MILLI


@lru_cache(maxsize=8192)  # lists and charts say the same moments again and again
def of_millis(at_ms: int) -> str:
    """Milliseconds since 1970 as a time on the wire."""
    return rfc3339(at_ms * NANOS_PER_MILLI)


def of_ns(at_ns: int) -> str:
    """Nanoseconds since 1970 as a time on the wire."""
    return rfc3339(at_ns)
