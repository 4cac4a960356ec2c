"""JSON text to a document: quick for what is plainly fine, strict for the rest (S0-13, S0-14, D-15).

Several faults in one value give one finding, by this order:

1. the encoding of the value as a whole: byte order mark, UTF-16 or UTF-32, invalid UTF-8;
2. what a parser that reads from the start meets first: bad syntax, a duplicate key, a lone surrogate escape,
   an integer of more than 4300 digits, nesting deeper than :data:`~.json_strict.PARSER_DEPTH`;
3. in a text that parses: nesting deeper than the limit;
4. numbers out of range.
"""

import orjson

from ..core.document import Json
from ..core.issue import Finding
from ..policy.bundle import Limits
from .json_bounds import find_out_of_bounds, is_deeper, may_be_deeper, may_be_out_of_range, too_deep
from .json_strict import PARSER_DEPTH, parse_strictly


def decode_json(value: bytes, limits: Limits) -> "Json | Finding":
    """The document, or the finding that says why there is none. Never raises, whatever the bytes.

    The results are those of :func:`decode_strictly`; compactly written text takes half of its time.

    Why the quick way is as strict: ``orjson`` reads the text, and what it writes back is the text, byte for
    byte. A writer emits each key of a ``dict`` once, only valid UTF-8, no byte order mark, no ``NaN``, nothing
    after the document: so neither did the text have any of it. ``orjson`` refuses infinite numbers, and with
    ``OPT_STRICT_INTEGER`` it does not write integers past 2^53: those take the strict way. What it reads as
    a float because 64 bits do not hold it, it writes with an exponent, which is not the text.
    """
    # Python's writer and most pretty printers put a space after the colon; orjson would never write it back.
    if value.find(b'": ', 0, 64) >= 0:
        return decode_strictly(value, limits)
    try:
        document: Json = orjson.loads(value)
        if orjson.dumps(document, None, orjson.OPT_STRICT_INTEGER) != value:
            return decode_strictly(value, limits)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return decode_strictly(value, limits)
    max_depth = min(limits.max_depth, PARSER_DEPTH)
    if may_be_deeper(value, max_depth) and is_deeper(document, max_depth):
        return too_deep(max_depth)
    return document


def decode_strictly(value: bytes, limits: Limits) -> "Json | Finding":
    """As :func:`decode_json`, for text however it is written."""
    max_depth = min(limits.max_depth, PARSER_DEPTH)
    document = parse_strictly(value, max_depth)
    if isinstance(document, Finding):
        return document
    if may_be_deeper(value, max_depth) or may_be_out_of_range(value):
        return find_out_of_bounds(document, max_depth) or document
    return document
