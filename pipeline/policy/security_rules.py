"""``policies/security.yaml``: What counts as personal data or a secret, and where it may stand (S0-9, S0-10, S0-38)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .subject import Subject

KEYS = ()


@dataclass(frozen=True, slots=True)
class SecurityRules:
    """Settings of the detector ``security``; the defaults are those of a bundle without the file."""


def parse_security(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> SecurityRules:
    """The rules; an absent key has its default."""
    Fields(where, document, KEYS, problems)
    del subjects
    return SecurityRules()
