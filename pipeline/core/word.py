"""Enumerations whose members are words on the wire."""

from enum import StrEnum


class Word(StrEnum):
    """A ``StrEnum`` that hashes as quickly as its text: members are keys on the hot path.

    ``Enum`` hashes in Python, three times as slow. Equal members have equal texts, so both hashes are right.
    """

    __hash__ = str.__hash__
