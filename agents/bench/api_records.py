"""Records that views are filled with while the API is measured: many groups, many contained traces, tallies of a day."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import orjson

from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339
from assay.pipeline.core.document import Json
from assay.pipeline.core.record import Headers, RawRecord
from assay.pipeline.policy.classification import CLASSIFICATION
from assay.pipeline.views import counters, criticals, quarantined, states

from .load import SEED

TENANTS, BUSY = 200, 50
"""There are so many, and so many of them have traces in every minute."""
CODES = tuple(code.value for code in CLASSIFICATION)[::8]
"""Issue codes of several kinds."""
STATUSES: Mapping[str, int] = {"detected": 5, "triaged": 2, "in_progress": 2, "resolved": 80, "ignored": 11}
"""How many of a hundred groups have each: most problems are of the past."""
TASKS_SHARE = 10
"""One group of so many has a task."""
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
MINUTES, HOURS = 180, 24
"""How far back there are tallies: of each minute, and before that of each hour."""
GROUPS_DAYS, CONTAINED_DAYS = 30, 80
_POLICIES = {code.value: policy for code, policy in CLASSIFICATION.items()}


class Filling(NamedTuple):
    """How much there is to be."""

    groups: int
    traces: int
    """Contained ones."""


def view_records(filling: Filling, now_ms: int) -> dict[str, Iterator[RawRecord]]:
    """What each view is folded from."""
    rng = random.Random(SEED)  # noqa: S311 - views that can be made again, not a secret

    def of(number: int, make: Callable[[random.Random, int, int], RawRecord]) -> Iterator[RawRecord]:
        return (make(rng, each, now_ms) for each in range(number))

    return {
        states.GROUPS: of(filling.groups, _group),
        states.TASKS: of(filling.groups // TASKS_SHARE, _task),
        criticals.VIEW: of(criticals.KEEP, _critical),
        counters.VIEW: of(MINUTES + HOURS, _tally),
        quarantined.VIEW: of(filling.traces, _contained),
    }


def fingerprint(number: int) -> str:
    """Of a group."""
    return f"{number:016x}"


def _tenant(rng: random.Random) -> str:
    """A few have most."""
    return str(min(int(rng.expovariate(10 / TENANTS)), TENANTS - 1))


def _sorted_out(code: str) -> tuple[str, str]:
    """Severity and category of a code."""
    policy = _POLICIES[code]
    return policy.severity.value, policy.category.value


def _group(rng: random.Random, number: int, now_ms: int) -> RawRecord:
    at_ms, tenant, code = now_ms - rng.randrange(GROUPS_DAYS * DAY_MS), _tenant(rng), rng.choice(CODES)
    severity, category = _sorted_out(code)
    at, minute, sample = _at(at_ms), at_ms // MINUTE_MS, f"traces.raw/0/{number}"
    (status,) = rng.choices([*STATUSES], [*STATUSES.values()])
    return _record(
        fingerprint(number),
        {
            "schema": "assay/issue_group/1-0-0",
            "fingerprint": fingerprint(number),
            "code": code,
            "category": category,
            "severity": severity,
            "blocking": True,
            "team": "platform_engineering",
            "subject": "workflow_trace",
            "path": "/context/user_id",
            "rule": "schema",
            "status": status,
            "episode": 1,
            "opened_at": at,
            "count": 20,
            "occurrences": 25,
            "first_seen": at,
            "last_seen": at,
            "rate": {
                "minutes": [[minute - age, 1] for age in range(19, -1, -1)],
                "hours": [[minute // 60, 20]],
            },
            "tenants": [{"tenant_id": tenant, "count": 20}],
            "producers": [
                {"name": "importer", "version": "1.4.0", "count": 20, "first_seen": at, "last_seen": at}
            ],
            "first_bad": {"name": "importer", "version": "1.4.0", "at": at, "source": sample},
            "samples": [{"at": at, "source": sample, "attempts": 0}] * 5,
            "assigned_to": "",
            "resolution_notes": "",
            "resolved_at": at if status == "resolved" else "",
            "acknowledged": None,
            "confirmed": None,
            "transitions": [],
            "refused": [],
        },
    )


def _task(rng: random.Random, number: int, now_ms: int) -> RawRecord:
    at, code = _at(now_ms - rng.randrange(GROUPS_DAYS * DAY_MS)), rng.choice(CODES)
    return _record(
        fingerprint(number),
        {
            "task_id": f"task-{number}",
            "fingerprint": fingerprint(number),
            "episode": 1,
            "status": rng.choice(("pending", "in_progress", "completed", "completed")),
            "task_type": "schema_fix",
            "priority": "high",
            "severity": _sorted_out(code)[0],
            "tenant_id": _tenant(rng),
            "subject": "workflow_trace",
            "team": "platform_engineering",
            "assigned_to": "",
            "created_at": at,
            "updated_at": at,
            "instructions": "# What to do\n" + "Look at the field that is named, and at its producer.\n" * 10,
            "issues": [{"code": code, "path": "/context/user_id"}],
            "dead_letters": {
                "count": 5,
                "sources": [f"traces.raw/0/{number}"] * 5,
                "first_at": at,
                "last_at": at,
            },
        },
    )


def _critical(rng: random.Random, number: int, now_ms: int) -> RawRecord:
    code, at_ms = rng.choice(CODES), now_ms - number * 1000
    fact: dict[str, Json] = {
        "code": code,
        "category": _sorted_out(code)[1],
        "severity": "critical",
        "tenant_id": _tenant(rng),
        "subject": "workflow_trace",
        "fingerprint": fingerprint(number),
        "team": "security_team",
        "detected_at": _at(at_ms),
        "source": {"topic": "traces.raw", "partition": 0, "offset": number},
        "producer": {"name": "importer"},
        "occurrences": 1,
    }
    return _record("", fact, [(names.CE_TYPE, criticals.DETECTED), (names.CE_ID, f"{number:08}".encode())])


def _tally(rng: random.Random, number: int, now_ms: int) -> RawRecord:
    """Of one minute, or of one hour before that: passing and failing traces, and issues of every kind."""
    age_ms = number * MINUTE_MS if number < MINUTES else (number - MINUTES + 3) * HOUR_MS
    counts: list[Json] = []
    issues: list[Json] = []
    for each in range(BUSY):
        for outcome, reason, records in (("valid", "passed", 1000), ("invalid", "blocking_issues", 30)):
            counts.append({"tenant": str(each), "outcome": outcome, "reason": reason, "records": records})
        issues += (
            {
                "tenant": str(each),
                "code": code,
                "severity": _sorted_out(code)[0],
                "issues": rng.randrange(1, 9),
            }
            for code in CODES
        )
    schema = f"{counters.SCHEMA_PREFIX}0-0"
    tally: dict[str, Json] = {"schema": schema, "at": _at(now_ms - age_ms), "lane": "detector"}
    return _record("", {**tally, "counts": counts, "issues": issues})


def _contained(rng: random.Random, number: int, now_ms: int) -> RawRecord:
    code, at_ms = rng.choice(CODES), now_ms - rng.randrange(CONTAINED_DAYS * DAY_MS)
    envelope: dict[str, Json] = {
        "failure_id": f"{number:032x}",
        "trace_id": f"trace-{number}",
        "subject": "workflow_trace",
        "schema_version": "1.2.0",
        "producer": {"name": "importer", "version": "1.4.0"},
        "team": "security_team",
        "detected_at": _at(at_ms),
        "issues": [{"code": code}],
        "issues_total": 1,
    }
    headers = [
        (names.SRC, f"traces.raw/0/{number}".encode()),
        (names.TENANT, _tenant(rng).encode()),
        (names.SEVERITY, _sorted_out(code)[0].encode()),
        (names.FINGERPRINT, fingerprint(number % 100_000).encode()),
        (names.REASON, b"policy_quarantine"),
        (names.ATTEMPT, b"0"),
        (names.BUNDLE, b"0123456789ab"),
    ]
    return _record("", envelope, headers, at_ms)


def _at(at_ms: int) -> str:
    return rfc3339(at_ms * NANOS_PER_MILLI)


def _record(key: str, document: Mapping[str, Json], headers: Headers = (), at_ms: int = 0) -> RawRecord:
    return RawRecord("bench", 0, 0, at_ms, key.encode(), orjson.dumps(document), headers)
