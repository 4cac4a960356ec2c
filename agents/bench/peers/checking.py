"""What peers do with a record: parse it with the standard library, validate it with the shipped schema."""

import json
from collections.abc import Callable
from typing import Any

import orjson

from assay.agents.policy_files import read_policy_files

SUBJECT = "workflow_trace"
CURRENT = "1.2.0"


def workflow_schema() -> dict[str, Any]:
    """The parsed JSON Schema."""
    schema: dict[str, Any] = orjson.loads(read_policy_files(None, None)[f"schemas/{SUBJECT}/{CURRENT}.json"])
    return schema


def is_valid(value: bytes | None, conforms: Callable[[Any], bool]) -> bool:
    """Whether the value is JSON that conforms, as a peer's author would write it."""
    try:
        document = json.loads(value or b"")
    except (ValueError, RecursionError):
        return False
    return conforms(document)
