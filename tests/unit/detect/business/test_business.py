"""What cannot be, and what says nothing (S0-16, S0-17, S0-20, S0-28, S0-34, S0-35, S0-40)."""

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

Rows = list[tuple[str, Mapping[str, Any], list[str]]]

STATE = "business.state_invalid"
WRONG = "business.inconsistent"
TRUST = "business.trust_below_minimum"
PATTERN = "business.pattern_unusual"
METADATA = "business.metadata_missing"
UNCLEAR = "business.value_unclear"

RUNNING = {"/status": "running", "/ended_at": MISSING}
READ, DECIDE = FULL["steps"]


def steps(*statuses: str, **members: Any) -> list[dict[str, Any]]:
    """Steps of one type and name, without times."""
    return [
        {"step_id": f"s{number}", "type": "tool", "name": "fetch", "status": status, **members}
        for number, status in enumerate(statuses)
    ]


STATES: Rows = [
    ("all done", {}, []),
    (
        "completed while a step runs",
        {"/steps/1/status": "running", "/steps/1/ended_at": None},
        [f"{STATE}@/steps/1/status"],
    ),
    (
        "completed while a step waits",
        {"/steps/1/status": "pending", "/steps/1/ended_at": None},
        [f"{STATE}@/steps/1/status"],
    ),
    ("completed although a step failed", {"/steps/1/status": "failed"}, [f"{STATE}@/steps/1/status"]),
    ("completed, a step called off", {"/steps/1/status": "cancelled"}, []),
    ("completed after a second try", {"/steps": steps("failed", "completed")}, []),
    ("completed before it failed", {"/steps": steps("completed", "failed")}, [f"{STATE}@/steps/1/status"]),
    (
        "another step does not make it good",
        {"/steps": [*steps("failed"), {**DECIDE, "parent_id": None}]},
        [f"{STATE}@/steps/0/status"],
    ),
    ("completed without an end", {"/ended_at": MISSING}, [f"{STATE}@/ended_at"]),
    ("completed with an empty end", {"/ended_at": ""}, [f"{STATE}@/ended_at"]),
    ("an end that cannot be read is the schema's", {"/ended_at": "yesterday"}, []),
    ("failed with a step that failed", {"/status": "failed", "/steps/1/status": "failed"}, []),
    (
        "failed while a step runs",
        {"/status": "failed", "/steps/1/status": "running", "/steps/1/ended_at": None},
        [f"{STATE}@/steps/1/status"],
    ),
    (
        "cancelled with a step that never began",
        {"/status": "cancelled", "/steps": steps("completed", "pending")},
        [],
    ),
    ("running", {**RUNNING, "/steps": steps("completed", "failed", "running", "pending")}, []),
    ("running although it ended", {"/status": "running"}, [f"{STATE}@/ended_at"]),
    ("pending with steps to come", {"/status": "pending", "/ended_at": None, "/steps": steps("pending")}, []),
    (
        "pending with a step done",
        {"/status": "pending", "/ended_at": None, "/steps": steps("completed")},
        [f"{STATE}@/steps/0/status"],
    ),
    ("a running step that ended", {**RUNNING, "/steps/1/status": "running"}, [f"{STATE}@/steps/1/ended_at"]),
    ("a status that is the schema's to refuse", {"/steps/1/status": "done"}, []),
    (
        "a trace's status that is the schema's to refuse",
        {"/status": "done", "/steps/1/status": "running", "/steps/1/ended_at": None},
        [],
    ),
]

TIMES: Rows = [
    ("ends before it starts", {"/ended_at": "2025-03-04T09:14:59.000Z"}, [f"{WRONG}@/ended_at"]),
    ("ends at its start", {"/ended_at": FULL["started_at"], "/steps": [], "/metrics": None}, []),
    (
        "ends before it starts, in another zone",
        {"/ended_at": "2025-03-04T09:59:59+01:00", "/steps": []},
        [f"{WRONG}@/ended_at"],
    ),
    ("ends after its start, in another zone", {"/ended_at": "2025-03-04T10:15:02.418+01:00"}, []),
    (
        "a step ends before it starts",
        {"/steps/0/ended_at": "2025-03-04T09:15:00.090Z"},
        [f"{WRONG}@/steps/0/ended_at"],
    ),
    ("a step takes no time", {"/steps/0/ended_at": "2025-03-04T09:15:00.100Z"}, []),
    (
        "a step starts too early",
        {"/steps/0/started_at": "2025-03-04T09:14:58.999Z"},
        [f"{WRONG}@/steps/0/started_at"],
    ),
    ("a step starts early, as clocks differ", {"/steps/0/started_at": "2025-03-04T09:14:59.000Z"}, []),
    (
        "a step ends too late",
        {"/steps/1/ended_at": "2025-03-04T09:15:03.419Z"},
        [f"{WRONG}@/steps/1/ended_at"],
    ),
    ("a step ends late, as clocks differ", {"/steps/1/ended_at": "2025-03-04T09:15:03.418Z"}, []),
    (
        "a step lies after the trace",
        {"/steps/1/started_at": "2025-03-04T09:16:00.000Z", "/steps/1/ended_at": None},
        [f"{WRONG}@/steps/1/started_at"],
    ),
    (
        "a step starts too early, in another zone",
        {"/steps/0/started_at": "2025-03-04T09:15:00.500+02:00"},
        [f"{WRONG}@/steps/0/started_at"],
    ),
    (
        "a step starts too early, hidden in a small t",
        {
            "/started_at": "2025-03-03T23:59:59.000Z",
            "/steps/0/started_at": "2025-03-03t00:00:00.000Z",
            "/metrics": None,
        },
        [f"{WRONG}@/steps/0/started_at"],
    ),
    ("no step has times", {"/steps": steps("completed", "completed")}, []),
    (
        "a step of a run that goes on",
        {**RUNNING, "/steps/0/started_at": "2025-03-01T00:00:00.000Z"},
        [f"{WRONG}@/steps/0/started_at"],
    ),
    ("a run over midnight", {"/started_at": "2025-03-03T23:59:59.000Z", "/metrics": None}, []),
]

TREE: Rows = [
    ("an id twice", {"/steps/1/step_id": "s1", "/steps/1/parent_id": None}, [f"{WRONG}@/steps/1/step_id"]),
    ("a parent that is not there", {"/steps/1/parent_id": "s9"}, [f"{WRONG}@/steps/1/parent_id"]),
    ("a parent that comes later", {"/steps/0/parent_id": "s2", "/steps/1/parent_id": None}, []),
    ("its own parent", {"/steps/1/parent_id": "s2"}, [f"{WRONG}@/steps/1/parent_id"]),
    ("parents in a circle", {"/steps/0/parent_id": "s2"}, [f"{WRONG}@/steps/0/parent_id"]),
    (
        "below a circle",
        {"/steps/0/parent_id": "s2", "/steps/-": {**DECIDE, "step_id": "s3", "parent_id": "s2"}},
        [f"{WRONG}@/steps/0/parent_id"],
    ),
    (
        "an id that is the schema's to refuse",
        {"/steps/1/step_id": None, "/steps/0/step_id": None, "/steps/1/parent_id": None},
        [],
    ),
]

TOTALS: Rows = [
    ("more than it took", {"/metrics/execution_time_ms": 3900}, [f"{WRONG}@/metrics/execution_time_ms"]),
    ("less than it took", {"/metrics/execution_time_ms": 1000}, [f"{WRONG}@/metrics/execution_time_ms"]),
    ("within a second and a tenth", {"/metrics/execution_time_ms": 3700}, []),
    ("a fraction", {"/metrics/execution_time_ms": 2418.25}, []),
    ("no time stated", {"/metrics/execution_time_ms": None}, []),
    ("no metrics", {"/metrics": None}, []),
    ("a text is the schema's", {"/metrics/execution_time_ms": "9999"}, []),
    ("a negative time is the schema's", {"/metrics/execution_time_ms": -5000}, []),
    ("too large to compare", {"/metrics/execution_time_ms": 10**400}, []),
]

SCORES: Rows = [
    ("under the minimum", {"/trust_score": 0.499}, [f"{TRUST}@/trust_score"]),
    ("zero", {"/trust_score": 0}, [f"{TRUST}@/trust_score"]),
    ("at the minimum", {"/trust_score": 0.5}, []),
    ("no score", {"/trust_score": None}, []),
    ("no score at all is the schema's", {"/trust_score": -0.1}, []),
    ("true is no score", {"/trust_score": False}, []),
]

PATTERNS: Rows = [
    ("a storm of retries", {"/status": "failed", "/steps": steps(*["failed"] * 4)}, [f"{PATTERN}@/steps/3"]),
    ("a few retries", {"/status": "failed", "/steps": steps(*["failed"] * 3)}, []),
    ("retries until it worked", {"/steps": steps(*["failed"] * 4, "completed")}, [f"{PATTERN}@/steps/3"]),
    (
        "failures of different steps",
        {
            "/status": "failed",
            "/steps": [{**step, "name": step["step_id"]} for step in steps(*["failed"] * 9)],
        },
        [],
    ),
    ("a loop", {"/steps": steps(*["completed"] * 60)}, [f"{PATTERN}@/steps/50"]),
    ("many, but no loop", {"/steps": steps(*["completed"] * 50)}, []),
    ("steps without a name are not counted", {"/steps": steps(*["completed"] * 60, name=None)}, []),
]

WORDS: Rows = [
    ("where it ran", {"/context/environment": MISSING}, [f"{METADATA}@/context/environment"]),
    ("an empty word", {"/context/environment": ""}, [f"{METADATA}@/context/environment"]),
    (
        "which version wrote it",
        {"/context/producer/version": None},
        [f"{METADATA}@/context/producer/version"],
    ),
    ("not of a producer that is missing", {"/context/producer": None}, []),
    ("not in a context that is missing", {"/context": MISSING}, []),
    ("not of a run that goes on", {**RUNNING, "/context/environment": None}, []),
    ("a placeholder", {"/context/region": "unknown"}, [f"{UNCLEAR}@/context/region"]),
    ("a placeholder in capitals", {"/context/producer/name": "TODO"}, [f"{UNCLEAR}@/context/producer/name"]),
    ("a placeholder with a capital", {"/workflow_id": "Tbd"}, [f"{UNCLEAR}@/workflow_id"]),
    ("a placeholder in a step", {"/steps/1/name": "N/A"}, [f"{UNCLEAR}@/steps/1/name"]),
    ("a word that has one in it", {"/context/region": "unknown-north"}, []),
    ("a placeholder elsewhere", {"/tags": ["unknown"], "/outputs": {"reason": "n/a"}}, []),
]

TABLE = [*STATES, *TIMES, *TREE, *TOTALS, *SCORES, *PATTERNS, *WORDS]

OWN = """
steps: {id: step_id, type: type, name: name, status: status, started: started_at, ended: ended_at}
totals:
  - {name: steps_fit, version: 1, total: /metrics/busy_s, unit: s, relation: at_least, of: step_durations, tolerance: 0.5}
  - {name: tokens, version: 2, total: /metrics/tokens, relation: equals, of: members, members: [/metrics/in, /metrics/out]}
  - {name: cost, version: 1, total: /metrics/cost, relation: at_most, of: each_step, member: /cost, tolerance: 0.001}
trust:
  minimum: 0.2
  by:
    - {at: /workflow_id, minimums: {invoice-approval: 0.9, other: 1}}
    - {at: /context/environment, minimums: {staging: 0.95}}
metadata: [{fields: [/outputs]}]
unclear: {words: [Nope], fields: [/outputs/answer]}
"""
OTHERS: Rows = [
    ("nothing stated", {}, []),
    ("steps took 2.3 s", {"/metrics/busy_s": 2}, []),
    ("steps took more than stated", {"/metrics/busy_s": 1}, ["steps_fit@1@/metrics/busy_s"]),
    ("more stated than steps took", {"/metrics/busy_s": 900}, []),
    ("a step without an end", {"/metrics/busy_s": 1, "/steps/1/ended_at": None}, []),
    ("parts that add up", {"/metrics/in": 1900, "/metrics/out": 4}, []),
    ("parts that do not", {"/metrics/in": 1900, "/metrics/out": 5}, ["tokens@2@/metrics/tokens"]),
    ("a part is missing", {"/metrics/in": 1900}, []),
    ("a part is a text", {"/metrics/in": 1900, "/metrics/out": "5"}, []),
    ("each step has a cost", {"/metrics/cost": 0.3, "/steps/0/cost": 0.1, "/steps/1/cost": 0.2}, []),
    (
        "more than the steps cost",
        {"/metrics/cost": 0.4, "/steps/0/cost": 0.1, "/steps/1/cost": 0.2},
        ["cost@1@/metrics/cost"],
    ),
    ("a step's cost is missing", {"/metrics/cost": 0.4, "/steps/0/cost": 0.1}, []),
    ("more for this workflow", {"/trust_score": 0.89}, ["trust@/trust_score"]),
    (
        "the strictest counts",
        {"/trust_score": 0.94, "/context/environment": "staging"},
        ["trust@/trust_score"],
    ),
    ("another workflow", {"/trust_score": 0.3, "/workflow_id": "free"}, []),
    ("in any status", {"/status": "running", "/outputs": None}, ["metadata@/outputs"]),
    ("a word of their own", {"/outputs/answer": "nope"}, ["unclear@/outputs/answer"]),
    ("states are not looked at", {"/status": "pending", "/ended_at": None}, []),
    ("nor parents", {"/steps/1/parent_id": "s9"}, []),
]


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_shipped_settings(find: Find, changes: Mapping[str, Any], expected: list[str]) -> None:
    """S0-16, S0-17, S0-20, S0-28, S0-34, S0-35: each rule with what breaks it, and with what almost does."""
    assert [f"{finding.code}@{finding.path}" for finding in find(changes)] == expected


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_settings_of_an_owner(find: Find, changes: Mapping[str, Any], expected: list[str]) -> None:
    """S0-40: what the shipped file leaves out can be asked for."""
    assert [f"{finding.rule}@{finding.path}" for finding in find(changes, OWN)] == expected


def test_a_finding_names_its_rule_and_no_value(find: Find) -> None:
    """Promise 4: of the trace only places and sizes; of the policy its own words."""
    [state] = find({"/steps/1/status": "failed"})
    assert (state.rule, state.expected, state.actual_masked) == (
        "states.completed",
        "one of: cancelled, completed",
        "another status",
    )
    [trust] = find({"/trust_score": 0.123})
    assert (trust.rule, trust.expected, trust.actual_masked) == ("trust", "at least 0.5", "number")
    [total] = find({"/metrics/execution_time_ms": 77_777})
    assert (total.rule, total.expected) == ("execution_time@1", "equals the duration")
    assert "77" not in repr(total)


def test_what_blocks_is_not_lost_to_what_does_not(find: Find) -> None:
    """D-16: findings are bounded; the grave ones are kept."""
    unclear = steps(*["completed"] * 40, name="todo")
    found = find({"/steps": unclear, "/trust_score": 0.1}, most=5)
    assert len(found) == 5
    assert TRUST in {finding.code for finding in found}


def test_a_hostile_tree_is_walked_once(find: Find) -> None:
    """A chain of ten thousand parents, backwards, is no circle; with one more link it is."""
    chain = [
        {"step_id": f"s{n}", "parent_id": f"s{n + 1}", "type": "tool", "name": f"n{n}", "status": "completed"}
        for n in range(10_000)
    ]
    chain[-1]["parent_id"] = ""
    chain[-1].pop("parent_id")
    assert find({"/steps": chain}) == []
    chain[-1]["parent_id"] = "s0"
    assert [finding.rule for finding in find({"/steps": chain})] == ["step_tree_has_no_loop"]


def test_an_agent_s_reward_is_that_of_its_judge(detector: Detect) -> None:
    """S0-17: the same number twice in one document."""

    def rules(reward: float, judged: object) -> list[str]:
        document: Any = {"reward": reward, "traj": [], "info": {"reward_info": judged}}
        found = detector().detect(Trace(document, b"", "agent_run", "1.0.0", "none", 0, 0))
        return [f"{finding.rule}@{finding.path}" for finding in found]

    assert rules(0.5, {"reward": 0.5}) == []
    assert rules(0.5, None) == []
    assert rules(0.5, {"reward": 1.0}) == ["reward_is_the_judgement@1@/reward"]


def test_rules_in_cel_say_what_an_owner_wants(find: Find) -> None:
    """S0-40: across fields, without code, over steps too."""
    rules = [
        {
            "name": "sure_enough",
            "version": 1,
            "code": WRONG,
            "members": {"confidence": "/outputs/confidence", "statuses": "/steps/*/status"},
            "when": "statuses.all(s, s == 'completed')",
            "assert": "confidence >= 0.5",
            "path": "/outputs/confidence",
        }
    ]

    def said(changes: Mapping[str, Any], **more: Any) -> list[str]:
        own = f"trust: {{minimum: 0.1}}\nrules: {json.dumps([{**rules[0], **more}])}"
        return [f"{finding.rule}@{finding.path}" for finding in find(changes, own)]

    low = {"/outputs/confidence": 0.4}
    assert said({}) == []
    assert said(low) == ["sure_enough@1@/outputs/confidence"]
    assert said({**low, "/steps/0/status": "failed"}) == []
    assert said({"/outputs": None}) == []
    assert said({"/outputs": None}, missing="violates") == ["sure_enough@1@/outputs/confidence"]
    assert said({"/outputs/confidence": "high"}) == []
    assert said({"/outputs/confidence": {"a": 1}}, missing="violates") == [
        "sure_enough@1@/outputs/confidence"
    ]
    assert said({**low, "/steps": steps(*["completed"] * 257)}) == []


ODD_TIMES = st.sampled_from(
    [
        *(
            "2025-03-04T09:14:59.900Z",
            "2025-03-04T09:15:02.418Z",
            "2025-03-04T09:15:00.500Z",
            "2025-03-04T09:15:01.000Z",
        ),
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
    st.none()
    | st.booleans()
    | st.integers(-1, 2)
    | st.sampled_from([[], {}, [[]], [{}], "s1", "s2", 0.5, 1e308, 10**30])
)
WORD = st.sampled_from(["pending", "running", "completed", "failed", "todo", "unknown"])
MEMBERS = ("step_id", "parent_id", "type", "name", "status", "started_at", "ended_at")
PLACES = st.sampled_from(
    [
        *(
            "/status",
            "/started_at",
            "/ended_at",
            "/trust_score",
            "/steps",
            "/steps/0",
            "/steps/1",
            "/steps/-",
        ),
        *(
            "/metrics",
            "/metrics/execution_time_ms",
            "/context",
            "/context/producer",
            "/context/producer/version",
        ),
        *("/context/environment", "/context/region", "/workflow_id"),
        *(f"/steps/{index}/{member}" for index in (0, 1) for member in MEMBERS),
    ]
)


@given(
    start=st.sampled_from([changes for _, changes, _ in TABLE if len(str(changes)) < 2_000]),
    changes=st.lists(st.tuples(PLACES, ODD | ODD_TIMES | WORD | st.just(DECIDE)), max_size=4),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=500)
def test_the_quick_look_passes_nothing_that_the_full_one_would_not(
    detector: Detect, start: Mapping[str, Any], changes: list[tuple[str, Any]]
) -> None:
    """Over the table, with odd values and odd times besides; and nothing raises (D-15, D-16)."""
    document = changed_where_it_can_be(changed(FULL, start), changes)
    judge, trace = detector()._judges["workflow_trace"], as_trace(document)
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
    assert (finding.code, finding.rule) == ("detector.failed", "business.too_many_steps")
    assert "detector.failed" in {other.code for other in find({"/steps": [1] * 20_000})}


def test_the_quick_look_passes_the_good_trace(detector: Detect) -> None:
    """Or the tables above would not be about it."""
    assert detector()._judges["workflow_trace"].is_clean(as_trace(FULL))


def test_the_quick_look_passes_the_traces_that_producers_write(detector: Detect) -> None:
    """Or the full judgement would be the hot path."""
    judge = detector()._judges["workflow_trace"]
    documents = (
        orjson.loads(item.value or b"")
        for item in generate(7, 200, tenants=3, fault_share=0, now_ns=1_790_000_000_000_000_000)
    )
    assert sum(not judge.is_clean(as_trace(document)) for document in documents) <= 2
