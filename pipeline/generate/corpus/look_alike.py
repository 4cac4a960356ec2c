"""What a look-alike is, and all of them in one table."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from .cards import may_be_card
from .case import Half
from .draw import draw_for

Made = str | int | float
MakeLookAlike = Callable[[Random, Half], Made]


class LookAlike(NamedTuple):
    """Values that are neither personal nor secret, with surroundings in which a careful person sees that."""

    name: str
    make: MakeLookAlike
    keys: tuple[str, ...]
    """Names of members that hold it."""
    sentences: tuple[str, ...] = ()
    """With ``{}`` where it stands; none for what is only ever a value."""

    def draw(self, rng: Random, half: Half) -> Made:
        """A value of the half. Long numbers that pass for a card by accident are drawn again: nobody could tell."""
        while True:
            made = draw_for(half, lambda: self.make(rng, half), str)
            if not may_be_card(str(made)):
                return made
