"""Documents as the API gives them, for a page without a pipeline behind it."""

from datetime import UTC, datetime, timedelta
from typing import Any

Document = dict[str, Any]

PLANTED = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
"""What a producer may call itself, and a page must show as text."""
NOW = datetime.now(UTC)
TRACE = {
    "schema_version": "1.1.0",
    "trace_id": "wf-2219",
    "trace_type": "workflow_trace",
    "status": "completed",
    "started_at": "2026-11-21T09:14:02.120000000Z",
    "ended_at": "2026-11-21T09:14:05.870000000Z",
    "context": {"tenant_id": 17, "user_id": "u-881", "region": "eu-central"},
    "steps": [
        {"step_id": "s1", "type": "tool", "name": "fetch", "status": "completed"},
        {"step_id": "s2", "type": "tool", "name": "store", "status": "completed"},
    ],
    "metrics": {"execution_time_ms": "3750", "sequence": 9007199254740993},
    "trust_score": 0.94,
}
REPAIRED = TRACE | {"metrics": {"execution_time_ms": 3750, "sequence": 9007199254740993}}


def at(**ago: float) -> str:
    """A moment so long ago, as the API writes it."""
    return (NOW - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def issue(code: str, path: str, severity: str) -> Document:
    """An issue of a verdict."""
    return {
        "code": code,
        "path": path,
        "severity": severity,
        "message": f"{code} at {path}",
        "blocking": severity in {"critical", "high"},
    }


def _group(number: int, code: str, category: str, severity: str, status: str, count: int) -> Document:
    fingerprint = f"{number:016x}"
    return {
        "fingerprint": fingerprint,
        "code": code,
        "category": category,
        "severity": severity,
        "status": status,
        "blocking": severity in {"critical", "high"},
        "subject": "workflow_trace",
        "path": "/metrics/execution_time_ms" if number % 2 else "/steps/*/inputs",
        "team": "security_team" if category == "security" else "platform_engineering",
        "count": count,
        "occurrences": count * 2,
        "last_hour": count // 3,
        "episode": 1,
        "opened_at": at(hours=9),
        "first_seen": at(hours=9),
        "last_seen": at(minutes=number),
        "tenants": [
            {"tenant_id": str(17 + each), "count": count // (each + 1)} for each in range(number % 5 + 1)
        ],
        "assigned_to": "ada" if status == "in_progress" else "",
        "acknowledged": status == "in_progress",
    }


def groups() -> list[Document]:
    """Problems of all kinds."""
    rows = [
        (1, "schema.type_invalid", "schema", "critical", "detected", 264),
        (2, "security.pii_email", "security", "critical", "in_progress", 118),
        (3, "schema.required_missing", "schema", "critical", "triaged", 96),
        (4, "compliance.policy_violation", "compliance", "high", "detected", 41),
        (5, "business.state_invalid", "business_logic", "high", "detected", 37),
        (6, "performance.slow", "performance", "medium", "detected", 210),
        (7, "schema.version_outdated", "schema", "medium", "detected", 505),
        (8, "business.metadata_missing", "business_logic", "low", "detected", 61),
    ]
    return [_group(*row) for row in rows]


def story(group: Document) -> Document:
    """All of a group."""
    hours = [{"at": at(hours=each), "count": (each * 37) % 50 + 3} for each in range(14, -1, -1) if each != 6]
    producers = [("importer", "2.4.1"), ("importer", "2.4.0"), (PLANTED, "0")]
    return group | {
        "per_minute": [{"at": at(minutes=each), "count": each % 7 + 1} for each in range(50, 0, -2)],
        "per_hour": hours,
        "producers": [
            {
                "name": name,
                "version": version,
                "count": 90 - 20 * each,
                "first_seen": at(hours=9),
                "last_seen": at(minutes=3),
            }
            for each, (name, version) in enumerate(producers)
        ],
        "first_bad": {
            "name": "importer",
            "version": "2.4.1",
            "at": at(hours=9),
            "source": "traces.raw/1/20412",
        },
        "samples": [
            {"at": at(hours=9 - each), "source": f"traces.raw/1/{20412 + each}", "attempts": 0}
            for each in range(6)
        ],
        "resolved_at": "",
        "resolution_notes": "",
        "acknowledgement": None,
        "confirmation": None,
        "transitions": [],
        "refused": [],
        "shortened": False,
    }
