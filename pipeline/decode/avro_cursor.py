"""A reader of Avro binary that looks and does not keep: it moves on, or says why it cannot."""

import struct
from collections.abc import Iterator
from math import isfinite

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..policy.avro_check import MAX_NESTING
from ..policy.bundle import Limits
from .json_bounds import out_of_range, too_deep


class RefusedError(Exception):
    """The bytes must not be decoded: turn ``finding`` into the result. Never leaves :mod:`.avro_guard`."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


class Cursor:
    """A position in the bytes of one value. Every method checks before it moves; ``RefusedError`` otherwise."""

    __slots__ = ("_most_values", "_values_left", "at", "data", "end", "max_depth")

    def __init__(self, data: bytes, at: int, limits: Limits) -> None:
        self.data = data
        self.at = at
        self.end = len(data)
        self.max_depth = min(limits.max_depth, MAX_NESTING + 1)
        self._most_values = self._values_left = limits.max_value_bytes // 2

    def refuse(self, expected: str, code: IssueCode = IssueCode.CORRUPT_AVRO) -> RefusedError:
        """What to raise: the fault, and the byte of the value where it was seen."""
        return RefusedError(Finding(code, expected=expected, actual_masked=f"byte {self.at}"))

    @property
    def remaining(self) -> int:
        return self.end - self.at

    def enter(self, depth: int) -> None:
        """Begin a record, array or map that has ``depth`` others around it."""
        if depth >= self.max_depth:
            raise RefusedError(too_deep(self.max_depth))

    def expect(self, values: int) -> None:
        """Count values before they are walked over: no more than JSON of the largest size could hold."""
        self._values_left -= values
        if self._values_left < 0:
            raise self.refuse(f"at most {self._most_values} values", IssueCode.CORRUPT_TOO_LARGE)

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes that may be anything."""
        if not 0 <= count <= self.remaining:
            raise self.refuse("a length within the value")
        self.at += count

    def integer(self, bits: int) -> int:
        """A zigzag varint of an ``int`` (32 bits) or ``long`` (64)."""
        if self.at < self.end and (byte := self.data[self.at]) < 0x80:  # most are
            self.at += 1
            return (byte >> 1) ^ -(byte & 1)
        result = 0
        for shift in range(0, bits + 6, 7):
            if self.at >= self.end:
                raise self.refuse("the rest of a number")
            byte = self.data[self.at]
            self.at += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                if result >> bits:
                    break
                return (result >> 1) ^ -(result & 1)
        raise self.refuse(f"a number of {bits} bits")

    def index(self, choices: int) -> int:
        """Which of the symbols of an enum, or the branches of a union."""
        chosen = self.integer(32)
        if not 0 <= chosen < choices:
            raise self.refuse("an index that the schema has")
        return chosen

    def boolean(self) -> None:
        if self.at >= self.end or self.data[self.at] > 1:
            raise self.refuse("a boolean: 0 or 1")
        self.at += 1

    def floating(self, code: str) -> None:
        """A ``struct`` code of a little-endian float. JSON has no NaN and no infinity."""
        start = self.at
        self.skip(struct.calcsize(code))
        if not isfinite(struct.unpack_from(code, self.data, start)[0]):
            raise RefusedError(out_of_range("number"))

    def string(self) -> bytes:
        """A string's bytes: valid UTF-8."""
        count = self.integer(64)
        start = self.at
        self.skip(count)
        text = self.data[start : self.at]
        try:
            text.decode()
        except UnicodeDecodeError:
            self.at = start
            raise self.refuse("valid UTF-8 in strings", IssueCode.CORRUPT_ENCODING) from None
        return text

    def blocks(self) -> Iterator[int]:
        """The item counts of an array's or map's blocks. The caller walks over the items before it asks for more.

        A negative count says so: then the block's size in bytes follows, and must be true. Every item has a
        byte at least (:func:`~assay.pipeline.policy.avro_check.check_avro_schema`), so more items than bytes
        is a lie.
        """
        while count := self.integer(64):
            ends: int | None = None
            if count < 0:
                count = -count
                size = self.integer(64)
                ends = self.at + size
            if count > self.remaining:
                raise self.refuse("an item count within the value")
            self.expect(count)
            yield count
            if ends is not None and ends != self.at:
                raise self.refuse("a block as long as its size says")
