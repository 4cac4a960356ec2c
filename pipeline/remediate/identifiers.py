"""Ids in their normal form."""

import string
from collections.abc import Collection
from typing import Final

from ..core.document import Json
from ..policy.remediation_steps import Trim

_TO_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def trimmed(value: Json, trims: Collection[Trim]) -> str | None:
    """The text after what is asked for; ``None`` for what is no text, or would be an empty one."""
    if not isinstance(value, str):
        return None
    text = value.strip() if Trim.STRIP in trims else value
    if Trim.LOWER in trims:
        # ASCII only: other scripts have letters whose lower case is two, or depends on the language.
        text = text.translate(_TO_LOWER)
    return text or None
