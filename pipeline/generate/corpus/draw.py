"""Drawing from tables, and the rule that keeps the halves apart."""

from collections.abc import Callable, Sequence
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final, TypeVar
from zlib import crc32

from .case import Half

T = TypeVar("T")

BASE62: Final = digits + ascii_uppercase + ascii_lowercase
HEX: Final = "0123456789abcdef"
_MOST_DRAWS = 200
_CLASSES = {"#": digits, "^": digits[2:], "%": digits[1:7], "!": digits[1:], "@": ascii_uppercase}


def of_half(table: Sequence[T], half: Half) -> Sequence[T]:
    """The rows that a half may use: of three neighbours both may use the first, each half one of the others.

    So a third of what the measuring half is made of was never seen in tuning. A table of one or two rows
    is everybody's.
    """
    if len(table) < 3:
        return table
    other = 2 if half is Half.TUNING else 1
    return [row for place, row in enumerate(table) if place % 3 != other]


def pick(rng: Random, table: Sequence[T], half: Half) -> T:
    """A row that the half may use."""
    return rng.choice(of_half(table, half))


def belongs(text: str, half: Half) -> bool:
    """Whether a value is of this half, in every corpus of every seed; spaces and punctuation do not matter."""
    bare = "".join(letter for letter in text if letter.isalnum()).lower()
    return crc32(bare.encode()) & 1 == (half is Half.MEASURING)


def draw_for(half: Half, draw: Callable[[], T], text: Callable[[T], str]) -> T:
    """Draw until the value is of the half. Raises ``ValueError`` when there seems to be none."""
    for _ in range(_MOST_DRAWS):
        drawn = draw()
        if belongs(text(drawn), half):
            return drawn
    raise ValueError(f"no value of half {half}")


def letters(rng: Random, alphabet: str, count: int) -> str:
    """So many letters of the alphabet."""
    return "".join(rng.choices(alphabet, k=count))


def filled(rng: Random, pattern: str) -> str:
    """The pattern with ``#`` any digit, ``!`` 1-9, ``^`` 2-9, ``%`` 1-6, ``@`` A-Z; the rest as it is."""
    return "".join(rng.choice(_CLASSES[letter]) if letter in _CLASSES else letter for letter in pattern)
