"""What an auditor finds, and what not (S0-11, S0-12, S0-21, S0-22, S0-39)."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.pipeline.core.document import MISSING
from assay.pipeline.core.trace import Trace
from assay.pipeline.generate import generate
from assay.pipeline.testing import changed

from ..conftest import FULL, Find, as_trace, changed_where_it_can_be
from .conftest import Detect

GOVERNANCE = "compliance.governance_missing"
AUDIT = "compliance.audit_gap"
POLICY = "compliance.policy_violation"
OVERRIDE = "compliance.override_anomaly"

ENTRY = {"actor": "orchestrator", "action": "checked", "at": "2025-03-04T09:15:01.000Z"}
STEP_OVERRIDE = {"by": "a", "reason": "late document", "approved_by": "b"}
EMPTY_AUDIT: Mapping[str, Any] = {"/audit": []}
RUNNING = {"/status": "running", "/ended_at": MISSING}

TABLE: list[tuple[str, Mapping[str, Any], list[str]]] = [
    # S0-11: governance
    ("no governance", {"/governance": MISSING}, [f"{GOVERNANCE}@/governance"]),
    ("null governance", {"/governance": None}, [f"{GOVERNANCE}@/governance"]),
    ("governance that is no object", {"/governance": ["POL-7"]}, [f"{GOVERNANCE}@/governance"]),
    ("no pack", {"/governance/policy_pack": MISSING}, [f"{GOVERNANCE}@/governance/policy_pack"]),
    ("an empty list of policies", {"/governance/policy_ids": []}, [f"{GOVERNANCE}@/governance/policy_ids"]),
    ("no consent", {"/governance/consent_id": None}, [f"{GOVERNANCE}@/governance/consent_id"]),
    ("no evidence", {"/governance/evidence_id": ""}, [f"{GOVERNANCE}@/governance/evidence_id"]),
    (
        "two members missing",
        {"/governance/consent_id": MISSING, "/governance/evidence_id": MISSING},
        [f"{GOVERNANCE}@/governance/consent_id", f"{GOVERNANCE}@/governance/evidence_id"],
    ),
    ("a failed run needs no evidence", {"/status": "failed", "/governance/evidence_id": MISSING}, []),
    (
        "a failed run needs consent",
        {"/status": "failed", "/governance/consent_id": MISSING},
        [f"{GOVERNANCE}@/governance/consent_id"],
    ),
    ("a run that goes on needs none yet", {**RUNNING, "/governance": MISSING}, []),
    ("a status that nobody knows", {"/status": "done", "/governance": MISSING, "/audit": MISSING}, []),
    ("a step needs no governance of its own", {"/steps/0/governance": MISSING}, []),
    # S0-12: the audit trail
    ("no trail", {"/audit": MISSING}, [f"{AUDIT}@/audit"]),
    ("an empty trail", EMPTY_AUDIT, [f"{AUDIT}@/audit"]),
    ("a trail that is no list", {"/audit": {"0": ENTRY}}, [f"{AUDIT}@/audit"]),
    ("a run that goes on has no trail yet", {**RUNNING, "/audit": MISSING}, []),
    ("one entry is a trail", {"/audit": [ENTRY]}, []),
    (
        "entries out of order",
        {"/audit/0/at": "2025-03-04T09:15:02.500Z", "/audit/1/at": "2025-03-04T09:15:02.418Z"},
        [f"{AUDIT}@/audit/1/at"],
    ),
    (
        "two entries before the one above them",
        {
            "/audit/0/at": "2025-03-04T09:15:02.000Z",
            "/audit/1/at": "2025-03-04T09:15:00.500Z",
            "/audit/-": ENTRY,
        },
        [f"{AUDIT}@/audit/1/at", f"{AUDIT}@/audit/2/at"],
    ),
    ("entries at one moment", {"/audit/0/at": "2025-03-04T09:15:02.418Z"}, []),
    (
        "order is that of moments, not of texts",
        {"/audit/0/at": "2025-03-04T10:15:00+01:00", "/audit/1/at": "2025-03-04T09:15:00.500Z"},
        [],
    ),
    (
        "out of order by a nanosecond",
        {"/audit/1/at": "2025-03-04T09:14:59.999999999Z"},
        [f"{AUDIT}@/audit/1/at"],
    ),
    (
        "out of order, hidden in a small t",
        {"/audit/1/at": "2025-03-04t09:14:59.000Z"},
        [f"{AUDIT}@/audit/1/at"],
    ),
    ("a time that cannot be read is the schema's", {"/audit/1/at": "later"}, []),
    ("an entry before the start", {"/audit/0/at": "2025-03-04T08:00:00.000Z"}, []),
    ("a gap to the end", {"/ended_at": "2025-03-05T09:15:02.419Z"}, [f"{AUDIT}@/audit"]),
    ("a day is not yet a gap", {"/ended_at": "2025-03-05T09:15:02.418Z"}, []),
    (
        "a gap between entries",
        {"/audit/1/at": "2025-03-06T00:00:00.000Z", "/ended_at": "2025-03-06T00:00:00.000Z"},
        [f"{AUDIT}@/audit/1/at"],
    ),
    (
        "a gap from the start",
        {"/started_at": "2025-03-01T00:00:00.000Z"},
        [f"{AUDIT}@/audit/0/at"],
    ),
    # S0-21: policies
    (
        "a pack that is forbidden",
        {"/governance/policy_pack": "disabled"},
        [f"{POLICY}@/governance/policy_pack"],
    ),
    (
        "a step under a pack that is forbidden",
        {"/steps/0/governance/policy_pack": "none"},
        [f"{POLICY}@/steps/0/governance/policy_pack"],
    ),
    ("any other pack", {"/governance/policy_pack": "nonesuch"}, []),
    # S0-22: overrides
    (
        "nobody approved",
        {"/governance/override/approved_by": MISSING},
        [f"{OVERRIDE}@/governance/override/approved_by"],
    ),
    (
        "a blank approved",
        {"/governance/override/approved_by": "  "},
        [f"{OVERRIDE}@/governance/override/approved_by"],
    ),
    (
        "the requester approved",
        {"/governance/override/approved_by": " Duty-Officer"},
        [f"{OVERRIDE}@/governance/override/approved_by"],
    ),
    (
        "a reason that is none",
        {"/governance/override/reason": " - "},
        [f"{OVERRIDE}@/governance/override/reason"],
    ),
    ("a missing reason is the schema's", {"/governance/override/reason": MISSING}, []),
    (
        "an override that is no object",
        {"/governance/override": "yes"},
        [f"{OVERRIDE}@/governance/override/approved_by"],
    ),
    ("no override", {"/governance/override": None}, []),
    (
        "an override in a step, too",
        {"/steps/0/governance/override": STEP_OVERRIDE},
        [f"{OVERRIDE}@/steps/0/governance/override"],
    ),
    (
        "an override in a step alone",
        {"/governance/override": None, "/steps/0/governance/override": STEP_OVERRIDE},
        [],
    ),
]

OWN = """
steps: {type: type, governance: governance}
governance:
  required: [{trace_types: [workflow_trace], members: [evidence_id]}]
  steps: [{types: [decide], members: [policy_ids]}]
audit: {at: /audit, statuses: [completed], actions: [[created, start], checked, complete], most_seconds: 60}
policies:
  allowed_packs: [finance-eu]
  allowed_ids: [POL-7, POL-12, POL-9]
  forbidden_ids: [POL-9]
  required_ids: [POL-12]
  steps:
    - {name: extraction_is_reviewed, version: 2, types: [extract], needs_one_of: [POL-7, POL-8]}
    - {name: no_deletion, version: 1, types: [delete], packs: [finance-eu]}
overrides: {most: 0}
"""
GOOD: Mapping[str, Any] = {
    "/audit": [
        {"actor": "o", "action": "created", "at": "2025-03-04T09:15:00.000Z"},
        ENTRY,
        {"actor": "o", "action": "complete", "at": "2025-03-04T09:15:02.000Z"},
    ],
    "/governance/override": None,
    "/steps/1/governance": {"policy_ids": ["POL-7"]},
}

OTHERS: list[tuple[str, Mapping[str, Any], list[str]]] = [
    ("all as it should be", {}, []),
    (
        "by trace type, in any status",
        {**RUNNING, "/governance/evidence_id": None},
        ["governance_required@/governance/evidence_id"],
    ),
    (
        "a step without the governance of its type",
        {"/steps/1/governance": None},
        ["step_governance_required@/steps/1/governance"],
    ),
    ("a step of another type", {"/steps/1/type": "send", "/steps/1/governance": None}, []),
    ("an action is missing", {"/audit/1/action": "looked at"}, ["audit_actions@/audit"]),
    (
        "actions in another order",
        {"/audit/0/action": "complete", "/audit/2/action": "start"},
        ["audit_actions@/audit"],
    ),
    ("another word for an action", {"/audit/0/action": "start"}, []),
    ("a trail that goes on", {"/status": "failed", "/audit/2": MISSING}, []),
    (
        "a gap of a second more",
        {"/audit/2/at": "2025-03-04T09:16:01.100Z", "/ended_at": "2025-03-04T09:16:02.000Z"},
        ["audit_gap@/audit/2/at"],
    ),
    (
        "a gap just not",
        {"/audit/2/at": "2025-03-04T09:16:01.000Z", "/ended_at": "2025-03-04T09:16:02.000Z"},
        [],
    ),
    ("a pack that is not allowed", {"/governance/policy_pack": "health"}, ["packs@/governance/policy_pack"]),
    (
        "an id that is not allowed",
        {"/governance/policy_ids": ["POL-12", "POL-1"]},
        ["ids@/governance/policy_ids/1"],
    ),
    (
        "an id that is forbidden",
        {"/governance/policy_ids": ["POL-12", "POL-9"]},
        ["ids@/governance/policy_ids/1"],
    ),
    (
        "an id that is not allowed in a step",
        {"/steps/1/governance/policy_ids": ["POL-1"]},
        ["ids@/steps/1/governance/policy_ids/0"],
    ),
    (
        "a required id is missing",
        {"/governance/policy_ids": ["POL-7"]},
        ["required_ids@/governance/policy_ids"],
    ),
    ("the policy of the trace counts for its steps", {"/steps/0/governance": None}, []),
    (
        "a step without one of its policies",
        {"/steps/0/governance": None, "/governance/policy_ids": ["POL-12"]},
        ["extraction_is_reviewed@2@/steps/0/governance"],
    ),
    ("a step that may not be", {"/steps/1/type": "delete"}, ["no_deletion@1@/steps/1/type"]),
    (
        "it may under the pack of its own",
        {"/steps/1/type": "delete", "/steps/1/governance/policy_pack": "finance-eu"},
        ["no_deletion@1@/steps/1/type"],
    ),
    (
        "one override is too many",
        {"/governance/override": STEP_OVERRIDE},
        ["override_count@/governance/override"],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_shipped_settings(find: Find, changes: Mapping[str, Any], expected: list[str]) -> None:
    """S0-11, S0-12, S0-21, S0-22: each rule with what breaks it, and with what almost does."""
    assert [f"{finding.code}@{finding.path}" for finding in find(changes)] == expected


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_settings_of_an_owner(find: Find, changes: Mapping[str, Any], expected: list[str]) -> None:
    """S0-39: what the shipped file leaves out can be asked for."""
    assert [f"{finding.rule}@{finding.path}" for finding in find({**GOOD, **changes}, OWN)] == expected


@pytest.mark.parametrize(
    ("version", "expected"), [("1.0.0", []), ("1.1.0", [GOVERNANCE]), ("1.2.0", [GOVERNANCE, AUDIT])]
)
def test_a_version_is_not_asked_for_what_it_does_not_know(
    find: Find, version: str, expected: list[str]
) -> None:
    """S0-11, S0-12: governance came with 1.1.0, the audit trail with 1.2.0."""
    found = find({"/governance": MISSING, "/audit": MISSING}, version=version)
    assert [finding.code for finding in found] == expected


def test_a_finding_says_what_is_expected_and_no_value(find: Find) -> None:
    """Promise 4: of the trace only places and sizes; of the policy its own words."""
    [gap] = find({"/audit/1/at": "2025-03-04T09:14:00.000Z"})
    assert (gap.rule, gap.expected, gap.actual_masked) == (
        "audit_order",
        "not before the entry above it",
        "earlier",
    )
    [missing] = find({"/governance/consent_id": MISSING})
    assert (missing.expected, missing.actual_masked) == ("present", "missing")
    [pack] = find({"/governance/policy_pack": "unrestricted"})
    assert "unrestricted" not in repr(pack)


def test_a_hostile_trail_has_bounded_findings(find: Find) -> None:
    """D-16: many faults, few findings, and one that comes last is not lost to those before it."""
    backwards = [{**ENTRY, "at": f"2025-03-04T09:{59 - n % 60:02}:00Z"} for n in range(5000)]
    found = find({"/audit": backwards}, most=10)
    assert len(found) == 10
    assert {finding.rule for finding in found} <= {"audit_order", "audit_gap"}


def test_the_other_subjects_are_left_alone(detector: Detect) -> None:
    """Their documents carry neither governance nor a trail."""
    for subject in ("agent_run", "cloudtrail_event"):
        assert detector().detect(Trace({"status": "completed"}, b"", subject, "1.0.0", "none", 0, 0)) == ()


def test_rules_in_cel_say_what_an_owner_wants(find: Find) -> None:
    """S0-39, S0-40: without code, for clean traces and for others."""
    rules = json.dumps(
        [
            {
                "name": "eu_stays_in_eu",
                "version": 3,
                "code": POLICY,
                "members": {"pack": "/governance/policy_pack", "region": "/context/region"},
                "when": "pack.endsWith('-eu')",
                "assert": "region.startsWith('eu-')",
                "path": "/context/region",
            }
        ]
    )
    own = f"audit: {{at: /audit, statuses: [completed]}}\nrules: {rules}"
    assert find({}, own) == []
    assert find({"/context/region": "us-east-1", "/governance/policy_pack": "finance-us"}, own) == []
    [broken] = find({"/context/region": "us-east-1"}, own)
    assert (broken.code, broken.path, broken.rule) == (POLICY, "/context/region", "eu_stays_in_eu@3")
    assert [finding.code for finding in find({"/context/region": "us-east-1", "/audit": []}, own)] == [
        AUDIT,
        POLICY,
    ]


TIMES = st.sampled_from(
    [
        *("2025-03-04T09:14:59.900Z", "2025-03-04T09:15:02.418Z", "2025-03-04T09:15:00.500Z"),
        *(
            "2025-03-04t09:15:01.000Z",
            "2025-03-04T09:15:01z",
            "2025-03-04T10:15:01+01:00",
            "2025-03-04T09:15:0\u0660Z",
        ),
        *(
            "2016-12-31T23:59:60Z",
            "2017-01-01T00:00:00Z",
            "2025-03-05T00:00:00.000Z",
            "2025-03-04T09:15:00+0:00Z",
            "",
            "Z",
        ),
    ]
)
ODD = (
    st.none() | st.booleans() | st.integers(-1, 2) | TIMES | st.sampled_from([[], {}, [[]], [{}], {"at": 1}])
)
PLACES = st.sampled_from(
    [
        *(
            "/status",
            "/started_at",
            "/ended_at",
            "/audit",
            "/audit/0",
            "/audit/0/at",
            "/audit/1/at",
            "/audit/0/action",
        ),
        *("/governance", "/governance/policy_pack", "/governance/policy_ids", "/governance/policy_ids/0"),
        *(
            "/governance/consent_id",
            "/governance/override",
            "/governance/override/by",
            "/governance/override/reason",
        ),
        *(
            "/governance/override/approved_by",
            "/steps",
            "/steps/0",
            "/steps/0/governance",
            "/steps/1/governance",
        ),
        *("/steps/0/governance/policy_ids", "/steps/0/governance/override", "/steps/0/type"),
    ]
)
ROWS = [changes for _, changes, _ in TABLE], [{**GOOD, **changes} for _, changes, _ in OTHERS]


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
def test_the_quick_look_passes_nothing_that_the_full_one_would_not(
    detector: Detect, data: st.DataObject
) -> None:
    """Over the tables, with odd values and odd times besides; and nothing raises (D-15, D-16)."""
    which = data.draw(st.sampled_from([0, 1]))
    judge = detector((None, OWN)[which])._judges["workflow_trace"]
    document = changed(FULL, data.draw(st.sampled_from(ROWS[which])))
    changes = data.draw(st.lists(st.tuples(PLACES, ODD | TIMES), max_size=4))
    document = changed_where_it_can_be(document, changes)
    trace = as_trace(document)
    findings = judge.findings(trace)
    assert not (judge.is_clean(trace) and findings)
    assert len(set(findings)) == len(findings)


def test_what_is_not_judged_does_not_pass(find: Find) -> None:
    """A trace with more steps than are looked at stops, and costs no more than they do (promise 5)."""
    many = [
        {"step_id": f"s{n}", "status": "completed", "type": "tool", "name": f"n{n}"} for n in range(10_001)
    ]
    assert find({"/steps": many[:-1]}) == []
    [finding] = find({"/steps": many})
    assert (finding.code, finding.rule) == ("detector.failed", "compliance.too_many_steps")
    assert "detector.failed" in {other.code for other in find({"/steps": [1] * 20_000})}


def test_the_quick_look_passes_the_good_trace(detector: Detect) -> None:
    """Or the tables above would not be about it."""
    assert detector()._judges["workflow_trace"].is_clean(as_trace(FULL))


def test_the_quick_look_passes_the_traces_that_producers_write(
    detector: Detect,
) -> None:
    """Or the full judgement would be the hot path."""
    judge = detector()._judges["workflow_trace"]
    for item in generate(7, 200, tenants=3, fault_share=0, now_ns=1_790_000_000_000_000_000):
        assert judge.is_clean(as_trace(orjson.loads(item.value or b"")))
