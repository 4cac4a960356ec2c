"""The bytes that are sealed: key, value and headers of a record in one frame.

Layout, all lengths big-endian ``int32`` and -1 for null, as in Kafka's own formats: length, key; length, value;
number of headers; for each length, name (UTF-8), length, value.
"""

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

NullableHeaders = Sequence[tuple[str, bytes | None]]
"""Headers as Kafka knows them: a header's value may be null."""

_INT32 = Struct(">i")
_NULL = _INT32.pack(-1)
_WIDTH = _INT32.size


class Payload(NamedTuple):
    """What a raw record held."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def pack(key: bytes | None, value: bytes | None, headers: NullableHeaders) -> bytes:
    """The frame; :func:`unpack` gives the same three back. No part may reach 2^31 bytes."""
    parts = [_nullable(key), _nullable(value), _INT32.pack(len(headers))]
    for name, content in headers:
        parts += (_nullable(_utf8(name)), _nullable(content))
    return b"".join(parts)


def packed_size(key: bytes | None, value: bytes | None, headers: NullableHeaders) -> int:
    """``len(pack(...))`` without the copy: a hostile batch can inflate to hundreds of megabytes."""
    size = 3 * _WIDTH + len(key or b"") + len(value or b"")
    for name, content in headers:
        size += 2 * _WIDTH + (len(name) if name.isascii() else len(_utf8(name))) + len(content or b"")
    return size


def unpack(frame: bytes) -> Payload:
    """The inverse of :func:`pack`. Raises ``ValueError`` for anything that :func:`pack` did not make."""
    key, at = _take(frame, 0)
    value, at = _take(frame, at)
    count, at = _take_int(frame, at)
    if not 0 <= count <= (len(frame) - at) // (2 * _WIDTH):
        raise ValueError("a payload frame names more headers than it has room for")
    headers: list[tuple[str, bytes | None]] = []
    for _ in range(count):
        name, at = _take(frame, at)
        if name is None:
            raise ValueError("a payload frame has a header without a name")
        content, at = _take(frame, at)
        headers.append((_text(name), content))
    if at != len(frame):
        raise ValueError("a payload frame has bytes after its end")
    return Payload(key, value, headers)


def _nullable(content: bytes | None) -> bytes:
    return _NULL if content is None else _INT32.pack(len(content)) + content


def _take_int(frame: bytes, at: int) -> tuple[int, int]:
    end = at + _WIDTH
    if end > len(frame):
        raise ValueError("a payload frame ends inside a length")
    (number,) = _INT32.unpack_from(frame, at)
    return number, end


def _take(frame: bytes, at: int) -> tuple[bytes | None, int]:
    length, at = _take_int(frame, at)
    if length == -1:
        return None, at
    end = at + length
    if length < 0 or end > len(frame):
        raise ValueError("a payload frame ends inside a part")
    return frame[at:end], end


def _utf8(name: str) -> bytes:
    # Surrogates cannot come from a strict client; a lenient one must not be able to stop a lane.
    return name.encode("utf-8", "surrogatepass")


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        # Its text would quote the bytes.
        raise ValueError("a payload frame has a header name that is not UTF-8") from None
