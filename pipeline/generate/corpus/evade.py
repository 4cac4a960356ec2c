"""What is done to the signs of a value, so that a hasty pattern does not see it."""

from random import Random

from ...core.codes import IssueCode
from ...core.word import Word
from .case import PII_CODES
from .write import Escaped, full_width, with_zero_width


class Evasion(Word):
    """What is done to its signs."""

    NONE = "none"
    FULL_WIDTH = "full_width"
    ZERO_WIDTH = "zero_width"
    ESCAPED = "escaped"
    """Written with JSON's escapes by number; only the bytes show it."""
    PERCENT_AT = "percent_at"
    """``%40`` for ``@``, outside any URL."""


def draw_evasion(rng: Random, code: IssueCode) -> Evasion:
    """None, mostly; else one that suits the type."""
    draw = rng.random()
    if draw < 0.09 and code in PII_CODES:
        return Evasion.FULL_WIDTH
    if draw < 0.18:
        return Evasion.ZERO_WIDTH
    if draw < 0.27:
        return Evasion.ESCAPED
    if draw < 0.34 and code is IssueCode.SECURITY_PII_EMAIL:
        return Evasion.PERCENT_AT
    return Evasion.NONE


def evaded(rng: Random, text: str, evasion: Evasion) -> str:
    """The text, disguised."""
    match evasion:
        case Evasion.FULL_WIDTH:
            return full_width(text)
        case Evasion.ZERO_WIDTH:
            return with_zero_width(rng, text)
        case Evasion.ESCAPED:
            return Escaped(text)
        case Evasion.PERCENT_AT:
            return text.replace("@", "%40")
        case Evasion.NONE:
            return text


def escaped_like(like: str, text: str) -> str:
    """``text``, escaped when ``like`` is: a producer escapes a whole text or nothing."""
    return Escaped(text) if isinstance(like, Escaped) else text
