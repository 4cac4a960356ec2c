"""Which values of a trace may be named outside of it: identifiers that cannot hold a sentence."""

import re

from ..core.verdict import NONE

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")


def safe_id(value: object) -> str:
    """The identifier, or ``none`` for whatever is not one: only letters, digits and ``_.:-``, 128 at most.

    Integers are written in decimal. Anything else could hold personal data (promise 4).
    """
    match value:
        case bool():
            return NONE
        case int():
            return str(value)
        case str() if _SAFE.fullmatch(value):
            return value
        case _:
            return NONE
