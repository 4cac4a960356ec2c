"""``since``: how long ago, or when."""

from typing import Annotated

from fastapi import Query

from assay.agents.moments import FORMS, moment_ns

from .problems import invalid

FORM = (
    r"^([0-9]{1,6}[smhd]|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?)$"
)
Since = Annotated[
    str, Query(max_length=40, pattern=FORM, description=f"How long ago, or when: {FORMS}.", examples=["24h"])
]


def since_ns(text: str, now_ns: int, key: str = "since") -> int:
    """Nanoseconds since 1970. Raises ``HttpProblem`` for what is no time."""
    try:
        return moment_ns(text, now_ns)
    except ValueError:
        raise invalid(key, "is no time", FORMS[0].upper() + FORMS[1:]) from None
