"""The ``traceparent`` header (W3C Trace Context): the only producer's header that a failing trace keeps in the open."""

import re

# Version 00 has exactly this form; a later version may say more, and what it says could be anything.
_FORM = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def well_formed(value: bytes | None) -> bool:
    """Whether a value is a traceparent and can be nothing else, so that it may leave unsealed (promise 4)."""
    return value is not None and _FORM.fullmatch(value) is not None
