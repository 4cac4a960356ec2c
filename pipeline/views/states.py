"""The views ``groups`` and ``tasks``: the last state of each, from the state topics of their lanes."""

from collections.abc import Mapping, Sequence

import orjson

from ..core.document import Json
from ..core.record import Record
from .delta import ALL, Delta, Drop, Put
from .reading import document_of, millis_of, rows, text

GROUPS = "groups"
TASKS = "tasks"
MOST_BYTES = 65_536
"""A state that is larger is shown by its members in the open only: samples and histories stay on the topic."""

_GROUP_INDEXES = {name: name for name in ("severity", "status", "code", "category", "team")}
_TASK_INDEXES = {
    "severity": "severity",
    "status": "status",
    "priority": "priority",
    "assignee": "assigned_to",
    "type": "task_type",
    "team": "team",
}
"""Names of indexes, and of the members that they are of."""
_ENDED = frozenset({"resolved", "ignored", "completed"})
"""Statuses in which nothing is to be done: those of the index ``open=false``."""
_LEFT_OUT = frozenset({"seen"})
"""What a lane needs for itself and nobody looks at."""
_TIMES = ("last_seen", "updated_at", "last_at", "opened_at", "first_seen", "created_at")
"""What a state is sorted by: the first of these that it has."""


def fold_groups(records: Sequence[Record]) -> list[Delta]:
    """See :class:`~assay.pipeline.views.delta.Fold`."""
    return _fold(GROUPS, _GROUP_INDEXES, records)


def fold_tasks(records: Sequence[Record]) -> list[Delta]:
    """See :class:`~assay.pipeline.views.delta.Fold`."""
    return _fold(TASKS, _TASK_INDEXES, records)


def _fold(collection: str, indexes: Mapping[str, str], records: Sequence[Record]) -> list[Delta]:
    last = {record.key or b"": record.value for record in records}
    deltas: list[Delta] = []
    for key, value in last.items():
        name = key.decode("utf-8", "replace")
        state = document_of(value)
        deltas.append(Drop(collection, name) if state is None else _put(collection, name, indexes, state))
    return deltas


def _put(collection: str, name: str, indexes: Mapping[str, str], state: dict[str, Json]) -> Put:
    at = next((found for member in _TIMES if (found := millis_of(text(state, member)))), 0)
    shown = {member: each for member, each in state.items() if member not in _LEFT_OUT}
    value = orjson.dumps(shown)
    if len(value) > MOST_BYTES:
        short = {member: each for member, each in shown.items() if not isinstance(each, list | dict)}
        value = orjson.dumps({**short, "shortened": True})
    words = [f"{index}={word}" for index, member in indexes.items() if (word := text(state, member))]
    words.append(f"open={'false' if text(state, 'status') in _ENDED else 'true'}")
    words += sorted(f"tenant={tenant}" for tenant in _tenants(state))
    return Put(collection, name, at, [ALL, *words], dict.fromkeys(words, 1), value.decode())


def _tenants(state: dict[str, Json]) -> set[str]:
    """Whose it is: one tenant, or those of a list."""
    named = {text(state, "tenant_id"), *(text(each, "tenant_id") for each in rows(state, "tenants"))}
    return named - {""}
