"""The strict JSON parser, and the name of what it refuses."""

import jiter

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.issue import Finding
from .json_bounds import out_of_range, too_deep

PARSER_DEPTH = 200
"""jiter goes no deeper, so neither does any policy."""

_BOM = b"\xef\xbb\xbf"
_LONE_SURROGATE = ("lone leading surrogate", "unexpected end of hex escape")
"""jiter's words for an escaped surrogate without its other half: ``\\udc00`` first, ``\\ud800`` first."""


def parse_strictly(value: bytes, max_depth: int) -> "Json | Finding":
    """The document, or why there is none. Never raises. ``±inf``, integers of any size, and documents deeper
    than ``max_depth`` (which is only told) but not than :data:`PARSER_DEPTH` or so may come out.

    What RFC 8259 leaves open is refused: duplicate keys, escaped or not; a byte order mark; lone surrogates.
    """
    try:
        # Keys repeat from trace to trace and are worth caching; values do not, and should not outlive the trace.
        document: Json = jiter.from_json(
            value, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys"
        )
    except ValueError as error:
        return _misencoded(value) or _name(str(error), max_depth)
    return document


def _misencoded(value: bytes) -> Finding | None:
    """An encoding that is wrong as a whole explains whatever else the parser saw, so it is asked first."""
    if value.startswith(_BOM):
        return _encoding("a byte order mark")
    if 0 in value[:4]:
        # JSON text starts with two ASCII characters, or is one: a NUL there is UTF-16 or UTF-32 (RFC 4627, 3).
        return _encoding("UTF-16 or UTF-32")
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return _encoding(f"invalid at byte {error.start}")
    return None


def _name(message: str, max_depth: int) -> Finding:
    """The finding for a message of jiter. Its text may quote a key of the trace: only the position is taken over.

    An unknown message is ``corrupt.json_malformed``: the value is refused under a coarser name.
    """
    where = _position(message)
    # Duplicates first: their message quotes the key, which could be the words of another message.
    if message.startswith("Detected duplicate key"):
        return Finding(
            IssueCode.CORRUPT_DUPLICATE_KEY, expected="each key once in an object", actual_masked=where
        )
    if message.startswith("recursion limit exceeded"):
        return too_deep(max_depth)
    if message.startswith("number out of range"):
        return out_of_range("integer")
    if message.startswith(_LONE_SURROGATE):
        return _encoding(f"lone surrogate at {where}")
    return Finding(
        IssueCode.CORRUPT_JSON_MALFORMED, expected="JSON as RFC 8259 defines it", actual_masked=where
    )


def _encoding(actual: str) -> Finding:
    return Finding(
        IssueCode.CORRUPT_ENCODING, expected="UTF-8 without a byte order mark", actual_masked=actual
    )


def _position(message: str) -> str:
    """``line 1 column 17`` from the end of a message; columns count bytes."""
    _, _, place = message.rpartition(" at line ")
    line, _, column = place.partition(" column ")
    return f"line {line} column {column}" if line.isdecimal() and column.isdecimal() else "position unknown"
