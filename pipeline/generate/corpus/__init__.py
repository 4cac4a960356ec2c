"""A corpus of personal data and secrets, of what looks like them, and of ordinary text, with the truth about each.

Everything is made up from a seed: nobody's name, number, address or key is in it.

**What counts** is what a careful person would call personal or secret on sight of the document:

- a card number with a brand's prefix and length and a right Luhn digit; an IBAN with its country's structure
  and right check digits; an e-mail address; a public IP address: wherever they stand, with or without a name beside;
- a social security number in the ranges that are given out: with dashes anywhere, otherwise where a word or a
  name says what it is;
- a telephone number that its country gives out: with ``+`` anywhere, otherwise where a word or a name says so;
- a passport number where a word or a name says so, and the machine-readable zone anywhere;
- keys and tokens of services by their forms, a JSON Web Token, an armoured private key; an AWS secret key and any
  other value that looks random where its name says that it is a secret.

**What does not count**: numbers with wrong check digits, ranges that are not given out, private and documentation
addresses, versions, masked values, placeholders, public keys, ids, hashes and times, and role addresses of machines
(``git@…``). What careful people disagree on is in neither list: mail at ``example.com``, test cards that are printed
in manuals, networks in CIDR notation, weak passwords, device numbers.

**Evasions**: full-width digits, signs of no width, escapes of JSON, ``%40``, URL encoding, base64, JSON in a text,
two of these one in the other; numbers as JSON numbers; values as keys. A value that is split over several members
is not among them: what is left of it in each is no longer personal.

**Halves**: the tuning half may be looked at by who writes a detector; of the measuring half only the figures. They
differ in every value (:func:`~.draw.belongs`), and each has countries, sentences and names that the other never uses
(:func:`~.draw.of_half`).
"""

from .agent_runs import agent_runs
from .case import PII_CODES, SECRET_CODES, Case, Expected, Half, Kind
from .corpus import DEFAULT_CASES, DEFAULT_SEED, case, corpus
from .score import ROWS, SECRETS, Count, Misjudged, Mistake, misjudged, score

__all__ = [
    "corpus",
    "case",
    "Case",
    "Expected",
    "Half",
    "Kind",
    "PII_CODES",
    "SECRET_CODES",
    "DEFAULT_CASES",
    "DEFAULT_SEED",
    "agent_runs",
    "score",
    "misjudged",
    "Count",
    "Misjudged",
    "Mistake",
    "ROWS",
    "SECRETS",
]
