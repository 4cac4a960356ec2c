"""Invented names: syllables put together, so that nobody is meant."""

from random import Random
from typing import Final

_HEADS: Final = ("Bra", "Cel", "Dor", "Fen", "Gri", "Hal", "Jor", "Kel", "Lum", "Mir", "Nor", "Ost", "Pel", "Quin", "Ras", "Sel", "Tor", "Ulv", "Ven", "Wex", "Yar", "Zan")  # fmt: skip
_MIDDLES: Final = ("a", "e", "i", "o", "u", "ane", "ela", "ido", "oru", "umi", "ero", "ila")
_TAILS: Final = ("brand", "dell", "fors", "gard", "hold", "kova", "lind", "mar", "nes", "rath", "sten", "tova", "vik", "wyn", "zeno")  # fmt: skip
_WORDS: Final = ("freight", "textile", "dental", "garden", "optik", "print", "bakery", "tools", "travel", "energy", "studio", "metall")  # fmt: skip


def given(rng: Random) -> str:
    """A first name that is none: ``Kela``."""
    return rng.choice(_HEADS) + rng.choice(_MIDDLES[:5])


def family(rng: Random) -> str:
    """A surname that is none: ``Norelabrand``."""
    return rng.choice(_HEADS) + rng.choice(_MIDDLES) + rng.choice(_TAILS)


def company(rng: Random) -> str:
    """The name of a firm as part of a domain: ``velido-textile``."""
    head = (rng.choice(_HEADS) + rng.choice(_MIDDLES) + rng.choice(_TAILS)).lower()
    return head + rng.choice(("", "-")) + rng.choice(_WORDS)
