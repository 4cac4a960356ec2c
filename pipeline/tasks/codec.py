"""A task as JSON, on ``quality.tasks`` (schema ``task/1-0-0``)."""

from dataclasses import fields
from typing import Any

import orjson

from ..core.issue import Severity
from ..policy.task_rules import Priority
from .status import Happening, Refusal, Status
from .task import SCHEMA, Change, DeadLetters, Note, Task, TaskIssue

_MEMBERS = tuple(member.name for member in fields(Task))


def to_json(task: Task) -> bytes:
    """The document. Equal tasks have equal bytes."""
    document = {name: getattr(task, name) for name in _MEMBERS} | {"task_id": task.task_id}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def from_json(value: bytes) -> Task:
    """The inverse of :func:`to_json`. Raises ``ValueError``, which quotes nothing, for anything that it did not write."""
    try:
        document = orjson.loads(value)
        known = document.pop("schema") == SCHEMA and document.pop("task_id")
        if known:
            return Task(**document | _typed(document))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a task ({type(error).__name__})") from None
    raise ValueError("not a task of this version")


def _typed(document: dict[str, Any]) -> dict[str, Any]:
    letters = document["dead_letters"]
    return {
        "status": Status(document["status"]),
        "priority": Priority(document["priority"]),
        "severity": Severity(document["severity"]),
        "issues": tuple(TaskIssue(**each) for each in document["issues"]),
        "dead_letters": DeadLetters(**letters | {"sources": tuple(letters["sources"])}),
        "notes": tuple(Note(**each) for each in document["notes"]),
        "history": tuple(map(_change, document["history"])),
        "seen": tuple(document["seen"]),
    }


def _change(document: dict[str, Any]) -> Change:
    refused = document["refused"]
    words = {
        "happening": Happening(document["happening"]),
        "was": Status(document["was"]),
        "became": Status(document["became"]),
        "refused": None if refused is None else Refusal(refused),
    }
    return Change(**document | words)
