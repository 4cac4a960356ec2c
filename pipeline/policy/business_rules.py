"""``policies/business.yaml``: States, sums and rules across fields (S0-16, S0-17, S0-20, S0-34, S0-35, S0-40)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .subject import Subject

KEYS = ()


@dataclass(frozen=True, slots=True)
class BusinessRules:
    """Settings of the detector ``business``; the defaults are those of a bundle without the file."""


def parse_business(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> BusinessRules:
    """The rules; an absent key has its default."""
    Fields(where, document, KEYS, problems)
    del subjects
    return BusinessRules()
