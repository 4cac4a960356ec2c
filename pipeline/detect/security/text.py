"""A text to be looked at, and what the names around it tell."""

from enum import IntFlag, auto
from typing import Final, NamedTuple

Span = tuple[int, int]
"""Where something stands in a text: start, end."""


class Context(IntFlag):
    """What the name of the member, or of the one around it, says of a value."""

    SSN = auto()
    PASSPORT = auto()
    PHONE = auto()
    SECRET = auto()
    PASSWORD = auto()
    """A secret that a person may have chosen: shorter ones count."""
    AWS_SECRET = auto()
    VERSION = auto()
    """Dotted numbers here are versions, not addresses."""
    SECTION = auto()
    """A dotted number at the beginning is that of a part of a document."""
    COUNTER = auto()
    """Long numbers here are ids, sequence numbers or times."""
    TENANT = auto()
    """The value is a tenant's id."""


TELLING: Final = int(Context.SSN | Context.PASSPORT | Context.PHONE | Context.SECRET)
"""Under such a name a value is looked at although it bears no sign itself."""
TENANT_ID: Final = int(Context.TENANT)
INHERITED: Final = int(~(Context.COUNTER | Context.SECTION | Context.TENANT))
"""What the name around a member says of its value too."""


class TooMuchError(Exception):
    """A trace asks for more work than one trace may cost. Caught by the detector, which stops the trace."""


class Effort:
    """What looking at one trace may still cost, in microseconds or so, and in bytes of decoded text."""

    __slots__ = ("_left", "_nested_left")

    def __init__(self, left: int, nested_left: int) -> None:
        self._left = left
        self._nested_left = nested_left

    def spend(self, cost: int) -> None:
        """Note work that was done. Raises :class:`TooMuchError` when it was too much."""
        self._left -= cost
        if self._left < 0:
            raise TooMuchError

    def decode(self, size: int) -> None:
        """Note that a text of this size was decoded. Raises :class:`TooMuchError` when it was too much."""
        self._nested_left -= size
        if self._nested_left < 0:
            raise TooMuchError


class Text(NamedTuple):
    """One text in plain: a leaf, a member name, or what was decoded from one."""

    text: str
    context: int
    """Bits of :class:`Context`."""
    effort: Effort
    """For confirmations that cost much."""
