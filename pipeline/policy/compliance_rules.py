"""``policies/compliance.yaml``: Which governance and which audit trail a trace must carry (S0-11, S0-12, S0-21, S0-22, S0-39)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .subject import Subject

KEYS = ()


@dataclass(frozen=True, slots=True)
class ComplianceRules:
    """Settings of the detector ``compliance``; the defaults are those of a bundle without the file."""


def parse_compliance(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> ComplianceRules:
    """The rules; an absent key has its default."""
    Fields(where, document, KEYS, problems)
    del subjects
    return ComplianceRules()
