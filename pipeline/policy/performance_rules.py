"""``policies/performance.yaml``: Budgets of size, time and structure (S0-18, S0-19, S0-27, S0-33, S0-41)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .subject import Subject

KEYS = ()


@dataclass(frozen=True, slots=True)
class PerformanceRules:
    """Settings of the detector ``performance``; the defaults are those of a bundle without the file."""


def parse_performance(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> PerformanceRules:
    """The rules; an absent key has its default."""
    Fields(where, document, KEYS, problems)
    del subjects
    return PerformanceRules()
