"""Test helpers that ship: for Assay's own tests, and for those of rule and schema authors."""

import copy
from collections.abc import Mapping
from typing import Any

from .core.document import MISSING, parse_pointer
from .core.record import Headers, RawRecord


class FakeClock:
    """A clock that moves only when it is told to. It starts shortly after the end of the complete example trace."""

    def __init__(self, now_ns: int = 1_741_079_705_000_000_000) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """The time that was last set."""
        return self._now_ns

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now_ns += round(seconds * 1_000_000_000)


def raw_record(
    value: bytes | None,
    *,
    key: bytes | None = b"key",
    headers: Headers = (),
    topic: str = "traces.raw",
    partition: int = 0,
    offset: int = 0,
    timestamp: int = 1_741_079_705_000,
) -> RawRecord:
    """A raw record with defaults for what a test does not care about."""
    return RawRecord(topic, partition, offset, timestamp, key, value, headers)


def changed(document: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of a document with other values at these JSON Pointers; ``MISSING`` takes the member away.

    ``-`` as the last token adds to a list. Raises ``LookupError`` where a pointer leads nowhere.
    """
    copied = copy.deepcopy(document)
    for pointer, value in changes.items():
        *way, last = parse_pointer(pointer)
        here = copied
        for token in way:
            here = here[_key(here, token)]
        if isinstance(here, list) and last == "-":
            here.append(copy.deepcopy(value))
            continue
        key = _key(here, last)
        if value is MISSING:
            del here[key]
        else:
            here[key] = copy.deepcopy(value)
    return copied


def _key(holder: Any, token: str) -> int | str:
    if not isinstance(holder, list):
        return token
    if not token.isdecimal():
        raise LookupError(token)
    return int(token)


def clean_trace() -> dict[str, Any]:
    """A small ``workflow_trace`` 1.2.0 with all its parts, and with nothing wrong: to change one thing of it."""
    return {
        "schema_version": "1.2.0",
        "trace_id": "wf-1",
        "trace_type": "workflow_trace",
        "workflow_id": "invoice-approval",
        "status": "completed",
        "started_at": "2025-03-04T09:15:00.000Z",
        "ended_at": "2025-03-04T09:15:02.418Z",
        "context": {
            "tenant_id": 42,
            "user_id": "u-1",
            "region": "eu-central-1",
            "environment": "production",
            "producer": {"name": "orchestrator", "version": "4.8.1"},
        },
        "inputs": {"pages": 3},
        "outputs": {"confidence": 0.97},
        "steps": [
            {
                "step_id": "s1",
                "parent_id": None,
                "type": "extract",
                "name": "Read the document",
                "status": "completed",
                "started_at": "2025-03-04T09:15:00.100Z",
                "ended_at": "2025-03-04T09:15:01.000Z",
                "governance": {"policy_pack": "finance-eu", "policy_ids": ["POL-7"]},
            },
            {
                "step_id": "s2",
                "parent_id": "s1",
                "type": "decide",
                "name": "Approve or refuse",
                "status": "completed",
                "started_at": "2025-03-04T09:15:01.000Z",
                "ended_at": "2025-03-04T09:15:02.400Z",
            },
        ],
        "governance": {
            "policy_pack": "finance-eu",
            "policy_ids": ["POL-7", "POL-12"],
            "consent_id": "c-551",
            "evidence_id": "ev-90",
            "override": {
                "by": "duty-officer",
                "reason": "Limit raised for the quarter's end",
                "approved_by": "second-officer",
                "at": "2025-03-04T09:14:00.000Z",
            },
        },
        "audit": [
            {"actor": "orchestrator", "action": "start", "at": "2025-03-04T09:15:00.000Z"},
            {"actor": "orchestrator", "action": "complete", "at": "2025-03-04T09:15:02.418Z"},
        ],
        "trust_score": 0.93,
        "metrics": {"execution_time_ms": 2418, "tokens": 1904},
        "tags": ["finance", "pilot"],
    }
