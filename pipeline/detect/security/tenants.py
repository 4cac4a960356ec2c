"""Tenant isolation: a trace names no tenant but its own (S0-10, DESIGN 9)."""

import re
from collections.abc import Iterable
from typing import Final

from ...core.verdict import NONE

BOUND_RULE: Final = "tenant.bound@1"
REFERENCE_RULE: Final = "tenant.reference@1"
EXPECTED: Final = "the tenant that the trace came from"

_IN_TEXT = re.compile(r"(?i:tenants?(?:_?id)?)(?:\\*/|:|=)([0-9]{1,19})(?![0-9A-Za-z_.-])", re.ASCII)
"""A tenant in a URL or a resource name; only by number, because a word may be anything."""


_LONGEST_ID: Final = 256
_MOST_ID: Final = 10**20
_NO_ID: Final = "a number"


class TenantNames:
    """Knows which members hold a tenant's id."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(map(_plain, names))

    def __call__(self, name: str) -> bool:
        """Whether a member of this name does. Case, ``_`` and ``-`` do not matter."""
        return len(name) <= _LONGEST and _plain(name) in self._names


def id_text(value: str | int) -> str:
    """An id as text. No id is as long as what is cut off here."""
    if isinstance(value, str):
        return value[:_LONGEST_ID]
    return str(value) if abs(value) < _MOST_ID else _NO_ID


def is_other(reference: str, tenant: str) -> bool:
    """Whether this is another tenant's id; nothing is, while it is not known whose the trace is."""
    return tenant not in {NONE, reference}


def mentions_other(text: str, tenant: str) -> bool:
    """Whether a text refers to another tenant by number."""
    return tenant.isdecimal() and any(match[1] != tenant for match in _IN_TEXT.finditer(text))


_LONGEST: Final = 64


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
