"""What people work with, as the API gives it: contained traces, tasks, replays, rules."""

import json
from collections.abc import Sequence
from datetime import timedelta

from . import canned
from .canned import Document


def contained() -> list[Document]:
    """What lies in quarantine."""
    return [
        {
            "source": f"traces.raw/{each % 4}/{3000 + each}",
            "origin": f"traces.raw/{each % 4}/{3000 + each}",
            "tenant": str(17 + each % 3),
            "severity": ("critical", "critical", "high")[each % 3],
            "fingerprint": f"{each % 3 + 1:016x}",
            "reason": ("security_or_compliance", "no_rule_applies", "rule_not_trusted")[each % 3],
            "attempt": "0",
            "bundle": "5f0c9a1be77d",
            "failure_id": f"f-{each:04d}",
            "trace_id": canned.PLANTED if each == 2 else f"wf-{2200 + each}",
            "subject": "workflow_trace",
            "schema_version": "1.2.0",
            "producer": "importer",
            "producer_version": "2.4.1",
            "team": "security_team",
            "detected_at": canned.at(minutes=5 * each + 1),
            "contained_at": canned.at(minutes=5 * each),
            "codes": [
                ["security.pii_email"],
                ["schema.type_invalid", "schema.required_missing"],
                ["business.state_invalid"],
            ][each % 3],
            "issues": each % 3 + 1,
            "bytes": 1800 + each,
            "expires_at": (canned.NOW + timedelta(days=80, hours=each)).strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
        }
        for each in range(12)
    ]


def task() -> Document:
    """A task that was taken."""
    return {
        "task_id": "t-fc553a583d3d",
        "fingerprint": f"{1:016x}",
        "episode": 1,
        "status": "in_progress",
        "task_type": "schema_repair",
        "priority": "P0",
        "severity": "critical",
        "tenant_id": "17",
        "subject": "workflow_trace",
        "trace_id": "wf-2219",
        "team": "platform_engineering",
        "assigned_to": "ada",
        "created_at": canned.at(hours=3),
        "updated_at": canned.at(minutes=12),
        "instructions": "# Manual Remediation Required\n\n- **Trace ID:** wf-2219\n- **Severity:** critical\n\n## Issues Found\n\n"
        "### Issue 1: schema\n\n- **Code:** `schema.type_invalid`\n- **Field:** `/metrics/execution_time_ms`\n\n"
        f"## Remediation Steps\n\n1. Review the trace data\n2. Apply fixes\n\n{canned.PLANTED}\n",
        "issues": [
            {
                "category": "schema",
                "severity": "critical",
                "code": "schema.type_invalid",
                "description": "A field has another data type.",
                "field": "/metrics/execution_time_ms",
                "expected": "integer",
                "actual": "string(4)",
            }
        ],
        "dead_letters": 3,
        "has_edit": False,
        "sources": [f"traces.raw/1/{20412 + each}" for each in range(3)],
        "first_at": canned.at(hours=3),
        "last_at": canned.at(hours=2),
        "shortened": False,
        "edit": None,
        "replay_job": "",
        "completed_at": "",
        "notes": [
            {
                "at": canned.at(minutes=12),
                "actor": "ada",
                "text": "The importer writes milliseconds as text since 2.4.1.",
            }
        ],
        "history": [
            {
                "at": canned.at(minutes=20),
                "actor": "ada",
                "happening": "take",
                "reason": "on call",
                "was": "pending",
                "became": "in_progress",
                "refused": None,
            }
        ],
    }


def looked() -> Document:
    """A dead letter of the task, open."""
    return {
        "source": "traces.raw/1/20412",
        "value": json.dumps(canned.TRACE),
        "issues": [canned.issue("schema.type_invalid", "/metrics/execution_time_ms", "critical")],
        "proposals": [{"rule": "invalid_data_types", "patch": repair()}],
    }


def repair() -> list[Document]:
    """The patch that puts the trace right."""
    return [{"op": "replace", "path": "/metrics/execution_time_ms", "value": 3750}]


def plan(found: int = 3) -> Document:
    """What a replay would do."""
    return {
        "found": found,
        "decisions": {"replay": found - 1, "would_fail": 1},
        "predicted": {"valid": found - 1},
        "codes": {},
        "examples": {"valid": ["traces.raw/1/20412", "traces.raw/1/20413"]},
    }


def job(name: str, status: str, done: int, left: int) -> Document:
    """A replay job."""
    return {
        "job": name,
        "status": status,
        "request": {
            "filter": {"fingerprint": f"{1:016x}"},
            "origins": ["quarantine", "dead_letter"],
            "rate_per_s": 500,
            "hop_limit": 5,
            "force": False,
            "only_passing": False,
        },
        "done": {"replay": done, "would_fail": done // 9},
        "replayed": done,
        "remaining": left,
        "started_at": canned.at(minutes=6),
        "updated_at": canned.at(minutes=1),
        "actor": "ada",
        "reason": "importer 2.4.2 is out",
        "why": "",
    }


def rules() -> list[Document]:
    """Remediation rules, one of them shut."""
    rows: Sequence[tuple[str, list[str], bool, int, int]] = [
        ("missing_required_fields", ["schema.required_missing"], True, 212, 208),
        ("invalid_data_types", ["schema.type_invalid"], True, 139, 139),
        ("schema_version_mismatch", ["schema.version_outdated", "schema.version_unknown"], True, 80, 61),
        ("tenant_isolation_violation", ["security.tenant_mismatch"], False, 0, 0),
    ]
    return [
        {
            "rule": name,
            "version": "1",
            "order": 10 * number,
            "subject": "workflow_trace",
            "codes": codes,
            "auto_remediable": auto,
            "success_rate": 0.97,
            "rate": {
                "tries": tries,
                "succeeded": good,
                "ratio": good / tries if tries else None,
                "open": not tries or good / tries >= 0.95,
                "gate": 0.95,
            },
            "owner": "platform_engineering",
            "reason": "Producers leave out what their runtime knows.",
        }
        for number, (name, codes, auto, tries, good) in enumerate(rows, 1)
    ]


def receipts(rule: str) -> list[Document]:
    """What a rule did."""
    return [
        {
            "rule": rule,
            "version": "1",
            "at": canned.at(minutes=each * 4),
            "result": "fixed",
            "error": "",
            "outcome": "remediated",
            "tenant_id": str(17 + each % 3),
            "source": f"traces.raw/1/{20_300 + each}",
            "paths": ["/metrics/execution_time_ms"],
            "retracted": each == 3,
        }
        for each in range(5)
    ]


def preview() -> Document:
    """What a rule would make of a trace."""
    return {
        "before": [canned.issue("schema.type_invalid", "/metrics/execution_time_ms", "critical")],
        "after": [],
        "rules": [
            {
                "rule": "invalid_data_types",
                "version": "1",
                "codes": ["schema.type_invalid"],
                "result": "fixed",
                "error": "",
                "actions": ["replace /metrics/execution_time_ms"],
            }
        ],
        "patch": repair(),
        "inverse": [{"op": "replace", "path": "/metrics/execution_time_ms", "value": "3750"}],
        "document": {"before": canned.TRACE, "after": canned.REPAIRED},
        "outcome": "remediated",
        "reason": "repaired",
    }
