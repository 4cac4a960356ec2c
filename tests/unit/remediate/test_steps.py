"""What each step does to a trace, what it leaves alone, and how it fails."""

import hashlib
from typing import Any

import pytest

from assay.pipeline.core.document import MISSING
from assay.pipeline.remediate import RuleResult
from assay.pipeline.testing import changed, clean_trace

from .conftest import Rules, an_issue, content

STEP = "/steps/1/name"


def case(
    step: dict[str, Any], after: dict[str, Any], before: dict[str, Any] | None = None, **rule: Any
) -> Any:
    """A step; what is different in the clean trace afterwards, and before; what else the rule has."""
    return step, before or {}, after, rule


@pytest.mark.parametrize(
    ("step", "before", "after", "rule"),
    [
        case({"do": "add", "path": "/tags", "value": ["new"]}, {"/tags": ["new"]}, {"/tags": MISSING}),
        case({"do": "add", "path": "/tags", "value": ["new"]}, {"/tags": ["new"]}, {"/tags": None}),
        case({"do": "add", "path": "/tags", "value": ["new"]}, {}),
        case({"do": "add", "path": "/steps/*/parent_id", "value": "s0"}, {"/steps/0/parent_id": "s0"}),
        case({"do": "replace", "path": "/tags", "value": ["new"]}, {"/tags": ["new"]}),
        case({"do": "replace", "path": "/tags", "value": ["new"]}, {}, {"/tags": MISSING}),
        case({"do": "replace", "path": "@", "value": "x"}, {STEP: "x"}),
        case({"do": "replace", "path": "@../type", "value": "x"}, {"/steps/1/type": "x"}),
        case({"do": "replace", "path": "/context/user_id", "with": "tenant"}, {"/context/user_id": "42"}),
        case({"do": "replace", "path": "/metrics/tokens", "with": "tenant"}, {"/metrics/tokens": 42}),
        case({"do": "remove", "path": "@"}, {STEP: MISSING}),
        case({"do": "remove", "path": "/steps/*/name"}, {"/steps/0/name": MISSING, STEP: MISSING}),
        case({"do": "cast", "to": "string"}, {STEP: "7"}, {STEP: 7}),
        case({"do": "cast", "to": "integer"}, {}),
        case({"do": "rename", "path": "/tags", "name": "labels"}, {"/tags": MISSING, "/labels": ["finance", "pilot"]}),
        case({"do": "rename", "path": "/tags", "name": "status"}, {}),
        case({"do": "move", "from": "/tags", "to": "/inputs/tags"}, {"/tags": MISSING, "/inputs/tags": ["finance", "pilot"]}),
        case({"do": "move", "from": "/nothing", "to": "/inputs/tags"}, {}),
        case({"do": "move", "from": "@../type", "to": "@"}, {}),
        case({"do": "default"}, {STEP: "none"}, {STEP: MISSING}, parameters={"field_defaults": {"/steps/*/name": "none"}}),
        case({"do": "default"}, {}, {STEP: MISSING}, parameters={"field_defaults": {"/steps/*/type": "none"}}),
        case({"do": "default"}, {}, parameters={"field_defaults": {"/steps/*/name": "none"}}),
        case({"do": "alias"}, {STEP: "decide"}, {STEP: "d"}, parameters={"aliases": {"/steps/*/name": {"d": "decide"}}}),
        case({"do": "alias"}, {STEP: "decide"}, {STEP: 1.5}, parameters={"aliases": {"/steps/*/name": {"1.5": "decide"}}}),
        case({"do": "alias"}, {}, {STEP: True}, parameters={"aliases": {"/steps/*/name": {"True": "x", "true": "x", "1": "x"}}}),
        case({"do": "alias"}, {}, {STEP: {}}, parameters={"aliases": {"/steps/*/name": {"": "x", "{}": "x"}}}),
        case({"do": "clamp"}, {STEP: 1}, {STEP: 1.05}, parameters={"ranges": {"/steps/*/name": {"low": 0, "high": 1, "slack": 0.1}}}),
        case({"do": "time"}, {STEP: "2025-03-04T09:15:00.000000000Z"}, {STEP: "2025-03-04 09:15:00Z"}),
        case({"do": "time"}, {}, {STEP: "2025-03-04T09:15:00"}),
        case({"do": "time"}, {STEP: "2025-03-04T07:15:00.000000000Z"}, {STEP: "2025-03-04T09:15:00"}, parameters={"zones": {"orchestrator": "+02:00"}}),
        case({"do": "time"}, {}, {STEP: "2025-03-04T09:15:00"}, parameters={"zones": {"somebody else": "+02:00"}}),
        case({"do": "time"}, {STEP: "2025-03-04T09:15:00.000000000Z"}, {STEP: 1741079700}, parameters={"units": {"/steps/*/name": "s"}}),
        case({"do": "identifier", "trim": ["strip", "lower"]}, {STEP: "n"}, {STEP: " N "}),
        case({"do": "claim_check", "path": "/outputs", "at_least": 256}, {}, {"/outputs": {"a": "x" * 255}}),
        case({"do": "upgrade", "from": "1.0.0", "to": "1.1.0", "steps": []}, {}),
        case(
            {"do": "upgrade", "from": "1.1.0", "to": "1.2.0", "steps": [{"do": "remove", "path": "/tags"}]},
            {"/schema_version": "1.2.0", "/tags": MISSING},
            {"/schema_version": "1.1.0"},
        ),
    ],
)  # fmt: skip
def test_a_step_changes_what_it_says_and_nothing_else(
    rules: Rules, step: dict[str, Any], before: dict[str, Any], after: dict[str, Any], rule: dict[str, Any]
) -> None:
    document = changed(clean_trace(), before)
    issue = an_issue(path=STEP)
    repair = rules(one={"steps": [step], **rule}).repair(document, [issue], tenant="42")
    made = {name: member for name, member in content(repair).items() if name != "remediation"}
    assert made == changed(document, after)
    assert type(made["steps"][1].get("name")) is type(changed(document, after)["steps"][1].get("name"))
    (receipt,) = repair.receipts
    assert receipt.result is (RuleResult.APPLIED if after else RuleResult.NO_CHANGE)


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ({"do": "add", "path": "/nothing/here", "value": 1}, "parent_missing"),
        ({"do": "add", "path": "/steps/9/name", "value": "x"}, "parent_missing"),
        ({"do": "remove", "path": "/steps/*"}, "list_element"),
        ({"do": "move", "from": "/steps/0", "to": "/tags/first"}, "list_element"),
        ({"do": "move", "from": "/inputs", "to": "/inputs/pages/of"}, "into_itself"),
        ({"do": "replace", "path": "/context/user_id", "with": "tenant"}, "value_unknown"),
    ],
)
def test_a_step_that_cannot_work_fails_its_rule_which_leaves_no_trace(
    rules: Rules, step: dict[str, Any], error: str
) -> None:
    """S0-129: recorded, not raised."""
    first = {"do": "remove", "path": "@"}
    document = clean_trace()
    repair = rules(one={"steps": [first, step]}).repair(document, [an_issue(path=STEP)])
    (receipt,) = repair.receipts
    assert (receipt.result, receipt.error, receipt.patch, receipt.actions) == (
        RuleResult.FAILED,
        error,
        (),
        (),
    )
    assert repair.document == document == clean_trace()


@pytest.mark.parametrize("path", ["/steps/*/name", "/*", "no pointer"])
def test_a_place_whose_name_may_not_be_shown_is_not_guessed(rules: Rules, path: str) -> None:
    """The detector writes ``*`` for names that no schema declares."""
    steps = [{"do": "remove", "path": "@"}, {"do": "add", "path": "@", "value": "x"}]
    repair = rules(one={"steps": steps}).repair(clean_trace(), [an_issue(path=path)])
    assert [receipt.result for receipt in repair.receipts] == [RuleResult.NO_CHANGE]


TESTS = [
    ({"test": "value", "path": "/status", "equals": "completed"}, True),
    ({"test": "value", "path": "/status", "one_of": ["failed", "pending"]}, False),
    ({"test": "value", "path": "/metrics/execution_time_ms", "equals": 2418}, True),
    ({"test": "value", "path": "/metrics/execution_time_ms", "equals": 2418.0}, False),
    ({"test": "value", "path": "/nothing", "equals": None}, False),
    ({"test": "value", "path": "/steps/0/parent_id", "equals": None}, True),
    ({"test": "value", "path": "/steps/*/type", "equals": "decide"}, True),
    ({"test": "regex", "path": "@", "regex": "^Approve"}, True),
    ({"test": "regex", "path": "@", "regex": "^or"}, False),
    ({"test": "regex", "path": "/metrics", "regex": "."}, False),
    ({"test": "size", "path": "/tags", "at_least": 2, "at_most": 2}, True),
    ({"test": "size", "path": "@", "at_most": 3}, False),
    ({"test": "size", "path": "/trust_score", "at_least": 0}, False),
    ({"test": "exists", "path": "@../governance"}, False),
    ({"test": "exists", "path": "@../governance", "exists": False}, True),
    ({"test": "exists", "path": "/steps/0/parent_id"}, True),
]


@pytest.mark.parametrize(("condition", "holds"), TESTS)
def test_a_rule_acts_only_where_all_its_conditions_hold(
    rules: Rules, condition: dict[str, Any], holds: bool
) -> None:
    always = {"test": "exists", "path": "/status"}
    rule = {"steps": [{"do": "remove", "path": "@"}], "conditions": [always, condition]}
    repair = rules(one=rule).repair(clean_trace(), [an_issue(path=STEP)])
    assert repair.changed is holds
    assert len(repair.receipts) == holds, "a rule whose conditions do not hold was not tried"


def test_a_large_text_becomes_its_hash_and_size(rules: Rules) -> None:
    document = changed(clean_trace(), {"/outputs": {"a": "x" * 300, "b": [{"c": "y" * 299}]}})
    step = {"do": "claim_check", "path": "/outputs", "at_least": 300}
    repair = rules(one={"steps": [step]}).repair(document, [an_issue(path="")])
    outputs = content(repair)["outputs"]
    assert outputs["b"] == [{"c": "y" * 299}]
    assert outputs["a"] == f"claim-check sha256:{hashlib.sha256(b'x' * 300).hexdigest()} bytes:300"
    assert repair.receipts[0].actions == ("Replaced large text /outputs/* by a claim check",)
