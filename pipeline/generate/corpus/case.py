"""What a case of the corpus is: a document, and what of it a careful person would call personal or secret."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from ...core.codes import IssueCode
from ...core.document import Json
from ...core.word import Word


class Half(Word):
    """Which half of the corpus a case belongs to."""

    TUNING = "tuning"
    """May be looked at by who writes the detector."""
    MEASURING = "measuring"
    """Only its figures may be looked at."""


class Kind(Word):
    """Why a case is in the corpus."""

    POSITIVE = "positive"
    LOOK_ALIKE = "look_alike"
    """Nothing personal in it, and something that a hasty pattern takes for it."""
    CLEAN = "clean"
    """Ordinary text and ordinary values."""


class Stands(Word):
    """What a value needs around it to be known for what it is."""

    ALONE = "alone"
    """Its form, prefix or check digits tell."""
    IN_CONTEXT = "in_context"
    """Only a name or a word beside it tells: nine digits may be anything."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One value that is personal or secret, as somebody would write it."""

    code: IssueCode
    text: str
    form: str
    """How it is written, in words for a tag: ``visa spaces``."""
    stands: Stands = Stands.ALONE
    number: int | None = None
    """The same value as a JSON number, where a producer could write it so."""


SampleMaker = Callable[[Random, Half], Sample]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a detector has to say of a case, and where."""

    code: IssueCode
    path: str
    """JSON Pointer to the leaf; where the value is a key, to the object that has the key."""


@dataclass(frozen=True, slots=True)
class Case:
    """One document with the truth about it."""

    name: str
    """``half/number``: the same in every corpus with the same seed and size."""
    kind: Kind
    value: bytes
    """The document as a producer wrote it; evasions by escapes stand only here."""
    document: Json
    """The document as a JSON decoder gives it."""
    expected: tuple[Expected, ...]
    tags: tuple[str, ...]
    """``form:…``, ``carrier:…``, ``evasion:…``, ``look_alike:…``: what to group mistakes by."""


PII_CODES: Final = tuple(code for code in IssueCode if code.value.startswith("security.pii_"))
SECRET_CODES: Final = tuple(code for code in IssueCode if code.value.startswith("security.secret_"))
