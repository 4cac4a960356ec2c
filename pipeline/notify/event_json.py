"""Reading the data of events that other versions, or a person with a console, may have written."""

import json
from collections.abc import Mapping
from typing import Any

from ..core.clock import ns_of


def load(value: bytes | None) -> Mapping[str, Any]:
    """The JSON object, or an empty one. Never raises."""
    try:
        data = json.loads(value or b"{}")
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def nanoseconds(text: object) -> int | None:
    """The inverse of :func:`~assay.pipeline.core.clock.rfc3339`; ``None`` for anything else."""
    try:
        return ns_of(text) if isinstance(text, str) else None
    except ValueError:
        return None
