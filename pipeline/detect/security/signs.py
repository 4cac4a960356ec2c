"""What the prefilter can see in bytes: signs that something may be there, not that it is."""

from enum import IntFlag, auto
from typing import Final


class Sign(IntFlag):
    """A bit for each thing that has a confirmation or a treatment of its own."""

    EMAIL = auto()
    CARD = auto()
    IBAN = auto()
    SSN = auto()
    PHONE = auto()
    IP = auto()
    MRZ = auto()
    JWT = auto()
    PRIVATE_KEY = auto()
    AWS = auto()
    GITHUB = auto()
    SLACK = auto()
    STRIPE = auto()
    GOOGLE = auto()
    SECRET = auto()
    """A name that tells of a secret, with a text after it."""
    SSN_WORD = auto()
    PASSPORT_WORD = auto()
    PHONE_WORD = auto()
    PHONE_DIGITS = auto()
    """Grouped digits, or 9 to 12 in a row: a telephone number only beside :attr:`PHONE_WORD`."""
    DISGUISED = auto()
    """Characters that mean an ASCII one, or that nobody sees."""
    PERCENT = auto()
    BASE64 = auto()
    FLOAT = auto()
    """A number with an exponent: its digits do not stand in the text."""
    TENANT = auto()
    """More than one member that holds a tenant's id."""
    TENANT_WORD = auto()
    """A tenant in a URL or a resource name."""


# Plain integers: flags of an enumeration are slow to combine.
DISGUISED: Final = int(Sign.DISGUISED)
ENCODED: Final = int(Sign.PERCENT | Sign.BASE64)
TENANT_WORD: Final = int(Sign.TENANT_WORD)

_ALONE: Final = int(~(Sign.PHONE_WORD | Sign.PHONE_DIGITS))
_TOGETHER: Final = int(Sign.PHONE_WORD | Sign.PHONE_DIGITS)


def worth_a_look(signs: int) -> bool:
    """Whether these signs, of a trace or of a text that no name tells anything of, can lead to a finding."""
    return bool(signs & _ALONE) or signs & _TOGETHER == _TOGETHER
