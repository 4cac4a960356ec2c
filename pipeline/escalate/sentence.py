"""The sentence of a step: its template, with words that are no value of a trace."""

import re
from typing import Final

from ..policy.escalation import VOLUME
from .group import Group

_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")


def filled(sentence: str, group: Group, volume: int = 0) -> str:
    """The sentence for this group. ``volume`` is how many there were in the window (S0-183)."""
    words = {
        "code": group.code,
        "category": group.category.value,
        "severity": group.severity.value,
        "tenant": group.tenant,
        "fingerprint": group.fingerprint,
        "count": str(group.count),
        VOLUME: str(volume),
    }
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), sentence)
