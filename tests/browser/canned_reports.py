"""What people read, as the API gives it: the overview, a tenant's report, the audit log, a trace's story."""

from . import canned
from .canned import Document


def overview() -> Document:
    """An hour of traffic with a bad release in it."""
    rates: list[Document] = []
    for minute in range(59, -1, -1):
        bad = 90 if 18 < minute < 31 else 12
        outcomes = {
            "valid": 2400 + (minute * 97) % 310 - bad,
            "remediated": bad // 3,
            "quarantined": bad,
            "dead_lettered": bad // 2,
        }
        traces = sum(outcomes.values())
        rates.append(
            {
                "at": canned.at(minutes=minute),
                "seconds": 60,
                "traces": traces,
                "failing": traces - outcomes["valid"],
                "outcomes": outcomes,
            }
        )
    codes = ("schema.type_invalid", "security.pii_email", "schema.required_missing")
    return {
        "at": canned.at(),
        "minutes": 60,
        "traces": sum(step["traces"] for step in rates),
        "failing": sum(step["failing"] for step in rates),
        "rates": rates,
        "outcomes": {word: sum(step["outcomes"][word] for step in rates) for word in rates[0]["outcomes"]},
        "severities": {"critical": 812, "high": 305, "medium": 1204, "low": 377},
        "categories": {
            "schema": 1398,
            "security": 240,
            "compliance": 131,
            "business_logic": 514,
            "performance": 415,
        },
        "resolution": {
            "resolved": 42,
            "p50_s": 1500,
            "p95_s": 11_800,
            "buckets": [
                {"le_s": bound, "count": count}
                for bound, count in ((300, 6), (900, 9), (3600, 15), (14_400, 9), (86_400, 3), (None, 0))
            ],
        },
        "top_tenants": [
            {"tenant_id": str(17 + each), "failing": 240 - 26 * each, "traces": 9100 - 700 * each}
            for each in range(7)
        ],
        "recent_criticals": [
            {
                "detected_at": canned.at(minutes=2 + 3 * each),
                "severity": "critical",
                "code": codes[each % 3],
                "category": codes[each % 3].partition(".")[0],
                "fingerprint": f"{each % 3 + 1:016x}",
                "tenant_id": str(17 + each % 4),
                "subject": "workflow_trace",
                "team": "platform_engineering",
                "producer": canned.PLANTED if each == 1 else "importer",
                "source": f"traces.raw/{each % 4}/{20_400 + each}",
                "occurrences": 1,
                "status": ("detected", "in_progress", "triaged")[each % 3],
            }
            for each in range(8)
        ],
        "conservation": {"state": "ok", "unaccounted": 0, "checked_at": canned.at(minutes=4)},
        "lag": {"detector": 0, "classifier": 12, "auto_remediation": 3},
        "contained": {"traces": 1492, "bytes": 4_180_000},
        "open_tasks": 3,
        "views": {"state": "ok", "behind": 0},
    }


def report(tenant: str) -> Document:
    """A tenant's quality report."""
    return {
        "schema": "assay/tenant_report/1-0-0",
        "tenant_id": tenant,
        "generated_at": canned.at(),
        "since": canned.at(hours=24),
        "until": canned.at(),
        "quality_score": 91.4,
        "level": "fair",
        "score_before": 94.0,
        "traces": {
            "judged": 9100,
            "passed": 8860,
            "passed_with_warnings": 214,
            "failing": 240,
            "with_evidence": 240,
            "remediated": 71,
            "quarantined": 150,
            "dead_lettered": 19,
        },
        "common_issues": [
            {
                "fingerprint": each["fingerprint"],
                "code": each["code"],
                "meaning": "What the code means, in a sentence.",
                "category": each["category"],
                "severity": each["severity"],
                "blocking": each["blocking"],
                "subject": each["subject"],
                "path": each["path"],
                "rule": "",
                "traces": each["count"],
                "traces_before": each["count"] // 2,
                "occurrences": each["count"],
                "first_seen": each["first_seen"],
                "last_seen": each["last_seen"],
                "producers": [
                    {
                        "name": canned.PLANTED if number == 1 else "importer",
                        "version": "2.4.1",
                        "traces": each["count"],
                    }
                ],
                "evidence": [
                    {"topic": "traces.raw", "partition": 1, "offsets": [[20_412, 20_500], [20_611, 20_611]]}
                ],
            }
            for number, each in enumerate(canned.groups()[:4])
        ],
        "recommendations": [
            {
                "kind": "code",
                "about": "schema.type_invalid",
                "text": "schema.type_invalid: Have the producer write the declared type.",
                "traces": 264,
            }
        ],
        "educational_content": [
            {
                "topic": "types",
                "title": "Numbers are not texts",
                "why": "Readers compare them.",
                "practices": ["Generate from the schema."],
                "read": "docs/add-a-subject.md",
            }
        ],
        "improvement_plan": [
            {
                "step": 1,
                "fingerprint": f"{1:016x}",
                "code": "schema.type_invalid",
                "path": "/metrics/execution_time_ms",
                "action": "Have the producer write the declared type.",
                "traces": 264,
                "score_after": 95.2,
            }
        ],
        "trend": [
            {
                "at": canned.at(hours=each),
                "hours": 1,
                "traces": 300 + (each * 53) % 120,
                "failing": 8 + (each * 7) % 15,
                "score": 93.0,
            }
            for each in range(23, -1, -1)
        ],
    }


def audit_log() -> list[Document]:
    """Who did what."""
    acts = ["quarantine.open", "issue.triage", "task.take", "replay.start", "policy.publish"]
    return [
        {
            "seq": 40 - each,
            "at": canned.at(minutes=each * 13 + 1),
            "actor": ("ada", "grace")[each % 2],
            "action": acts[each % 5],
            "target": canned.PLANTED if each == 2 else f"{each + 1:016x}",
            "reason": "importer 2.4.1 writes texts",
        }
        for each in range(20)
    ]


def trace_story(named: str) -> Document:
    """What became of a trace that was replayed."""
    second = "traces.raw/1/30007"
    return {
        "trace": named,
        "tenants": ["17"],
        "tries": [
            {
                "source": "traces.raw/1/20412",
                "root": "traces.raw/1/20412",
                "attempt": 0,
                "tenant_id": "17",
                "outcome": "dead_lettered",
            },
            {
                "source": second,
                "root": "traces.raw/1/20412",
                "attempt": 1,
                "tenant_id": "17",
                "outcome": "valid",
            },
        ],
        "story": [
            {
                "at": canned.at(hours=3),
                "what": "published",
                "source": named,
                "tenant_id": "17",
                "attempt": 0,
                "text": "published, 1,812 bytes",
                "record": named,
            },
            {
                "at": canned.at(hours=3),
                "what": "failed",
                "source": named,
                "tenant_id": "17",
                "attempt": 0,
                "text": "failed with 1 issue",
                "record": "traces.invalid/1/77",
                "issues": [canned.issue("schema.type_invalid", "/metrics/execution_time_ms", "critical")],
                "fingerprint": f"{1:016x}",
            },
            {
                "at": canned.at(hours=3),
                "what": "dead_lettered",
                "source": named,
                "tenant_id": "17",
                "attempt": 0,
                "text": "kept for a person",
                "record": "dlq.traces.raw/0/12",
            },
            {
                "at": canned.at(minutes=5),
                "what": "replay",
                "source": named,
                "tenant_id": "17",
                "attempt": 0,
                "text": "replayed by ada",
                "record": "quality.replays/0/3",
            },
            {
                "at": canned.at(minutes=5),
                "what": "passed",
                "source": second,
                "tenant_id": "17",
                "attempt": 1,
                "text": "passed every detector",
                "record": "traces.valid/1/998",
            },
        ],
        "searched": ["the last 24 hours"],
    }
