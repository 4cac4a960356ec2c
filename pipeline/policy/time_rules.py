"""``policies/time.yaml``: What timestamps may be (S4-60)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .subject import Subject

KEYS = ()


@dataclass(frozen=True, slots=True)
class TimeRules:
    """Settings of the detector ``time``; the defaults are those of a bundle without the file."""


def parse_time(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> TimeRules:
    """The rules; an absent key has its default."""
    Fields(where, document, KEYS, problems)
    del subjects
    return TimeRules()
