"""The synthetic traces: each has one known problem, belongs to nobody, and comes with what puts it right.

Nothing in them is anybody's. The personal data of the critical one is an address in a domain that is reserved for examples
(RFC 2606). They name their drill as their producer, so that no issue group is shared with others, nor with another drill.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from ..core.clock import NANOS_PER_SECOND, rfc3339
from ..core.codes import IssueCode
from ..core.document import Json
from ..core.json_patch import Operation
from .names import Drill

HEADER = "x-assay-drill"
"""On every synthetic record, and on what becomes of it: consumers can tell."""
REPAIRS_EACH = 4
MANUAL_TRACES = 2


class Synthetic(NamedTuple):
    """A record for the raw topic, and the truth about it."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    code: IssueCode
    """The one issue that it has."""
    mend: tuple[Operation, ...]
    """The JSON Patch after which it has none."""


class Run(NamedTuple):
    """One drill at one time."""

    drill: Drill
    name: str
    """Made for this run: part of ids and of the producer's name."""
    tenant: str
    now_ns: int


class _Fault(NamedTuple):
    code: IssueCode
    spoil: Callable[[dict[str, Any]], object]
    mend: Operation


def synthetic_traces(run: Run, escalated: int = 1) -> list[Synthetic]:
    """The traces of a drill, equal for equal runs. ``escalated``: how many the escalation drill needs to be heard."""
    match run.drill:
        case Drill.CRITICAL:
            return [_made(run, 1, _PERSONAL_DATA)]
        case Drill.REMEDIATION:
            faults = [fault for fault in _REPAIRABLE for _ in range(REPAIRS_EACH)]
            return [_made(run, number, fault) for number, fault in enumerate(faults, 1)]
        case Drill.MANUAL:
            return [_made(run, number, _UNCLEAR) for number in range(1, MANUAL_TRACES + 1)]
        case Drill.ESCALATION:
            return [_made(run, number, _UNGOVERNED) for number in range(1, escalated + 1)]


def producer_of(run: Run) -> str:
    """Who the traces say that they are from."""
    return f"drill-{run.name}-{run.drill}"


def _made(run: Run, number: int, fault: _Fault) -> Synthetic:
    document = _clean(run, number)
    fault.spoil(document)
    key = f"drill-{run.name}-{run.drill}-{number}".encode()
    return Synthetic(key, orjson.dumps(document), ((HEADER, run.name.encode()),), fault.code, (fault.mend,))


def _clean(run: Run, number: int) -> dict[str, Any]:
    """A ``workflow_trace`` with nothing wrong."""
    started, ended = (rfc3339(run.now_ns - ago * NANOS_PER_SECOND) for ago in (3, 1))
    times = {"started_at": started, "ended_at": ended}
    return {
        "schema_version": "1.2.0",
        "trace_id": f"drill-{run.name}-{run.drill}-{number}",
        "trace_type": "workflow_trace",
        "workflow_id": WORKFLOW,
        "status": "completed",
        **times,
        "context": {
            # Where tenants are numbers, a text would be a problem of its own.
            "tenant_id": int(run.tenant) if run.tenant.isascii() and run.tenant.isdigit() else run.tenant,
            "user_id": "drill",
            "region": "drill",
            "environment": "drill",
            "producer": {"name": producer_of(run), "version": "1"},
        },
        "inputs": {"note": SYNTHETIC},
        "outputs": {"note": SYNTHETIC},
        "steps": [
            {"step_id": "s1", "type": "tool", "name": "Synthetic step", "status": "completed", **times}
        ],
        "governance": dict(GOVERNANCE),
        "audit": [
            {"actor": "drill", "action": "start", "at": started},
            {"actor": "drill", "action": "complete", "at": ended},
        ],
        "trust_score": TRUST,
        "metrics": {"execution_time_ms": 2000},
    }


SYNTHETIC = "synthetic"
WORKFLOW = "assay-drill"
TRUST = 0.95
GOVERNANCE: dict[str, Json] = {
    "policy_pack": "drill",
    "policy_ids": ["drill-1"],
    "consent_id": "drill-1",
    "evidence_id": "drill-1",
}


def _replace(path: str, value: Json) -> Operation:
    return {"op": "replace", "path": path, "value": value}


def _add(path: str, value: Json) -> Operation:
    return {"op": "add", "path": path, "value": value}


_PERSONAL_DATA = _Fault(
    IssueCode.SECURITY_PII_EMAIL,
    lambda trace: trace["inputs"].update(note="drill@example.com"),
    _replace("/inputs/note", SYNTHETIC),
)
_UNGOVERNED = _Fault(
    IssueCode.COMPLIANCE_GOVERNANCE_MISSING,
    lambda trace: trace.pop("governance"),
    _add("/governance", GOVERNANCE),
)
_UNCLEAR = _Fault(
    IssueCode.SCHEMA_REQUIRED_MISSING,
    # A rule puts it back in its place, where its word turns out to be none: the repair does not pass.
    lambda trace: trace["context"].update(status=SYNTHETIC, was=trace.pop("status")),
    _add("/status", "completed"),
)
_REPAIRABLE = (
    _Fault(
        IssueCode.SCHEMA_TYPE_INVALID,
        lambda trace: trace.update(trust_score=str(TRUST)),
        _replace("/trust_score", TRUST),
    ),
    _Fault(
        IssueCode.SCHEMA_TYPE_INVALID,
        lambda trace: trace.update(status="succeeded"),
        _replace("/status", "completed"),
    ),
    _Fault(
        IssueCode.SCHEMA_REQUIRED_MISSING,
        lambda trace: trace["context"].update(workflow_id=trace.pop("workflow_id")),
        _add("/workflow_id", WORKFLOW),
    ),
    _Fault(
        IssueCode.SCHEMA_REQUIRED_MISSING,
        lambda trace: trace.pop("trace_type"),
        _add("/trace_type", "workflow_trace"),
    ),
    _Fault(
        IssueCode.SCHEMA_REQUIRED_MISSING,
        lambda trace: trace.update(workflow=trace.pop("workflow_id")),
        _add("/workflow_id", WORKFLOW),
    ),
)
"""One for each of five rules that ship."""
