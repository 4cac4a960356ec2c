"""``policies/compliance.yaml`` and ``policies/business.yaml``: what is wrong in them is said with place and remedy (S0-39, S0-40, D-21)."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.business_rules import BusinessRules, parse_business
from assay.pipeline.policy.compliance_rules import ComplianceRules, parse_compliance
from assay.pipeline.policy.documents import read_yaml
from assay.pipeline.policy.parse import load_bundle

SUBJECTS = load_bundle(read_policy_files(None, None)).subjects
PARSERS: dict[str, Callable[..., Any]] = {"compliance": parse_compliance, "business": parse_business}


def problems(family: str, text: str) -> list[Problem]:
    found: list[Problem] = []
    PARSERS[family](f"{family}.yaml", read_yaml(text.encode()), SUBJECTS, found)
    return found


def under(subject: str, text: str) -> str:
    return f"subjects: {{{subject}: {{{text}}}}}"


PLACE = "subjects.workflow_trace"
WRONG = [
    ("compliance", "subjects: {order: {}}", "subjects.order"),
    ("compliance", "subject: {}", "subject"),
    ("compliance", "subjects: [workflow_trace]", "subjects"),
    ("compliance", under("workflow_trace", "goverance: {}"), f"{PLACE}.goverance"),
    ("compliance", under("agent_run", "overrides: {}"), "subjects.agent_run.overrides"),
    ("compliance", under("agent_run", "audit: {at: /a, statuses: [x]}"), "subjects.agent_run.audit.statuses"),
    (
        "compliance",
        under("workflow_trace", "governance: {exempt_versions: [7.0.0]}"),
        f"{PLACE}.governance.exempt_versions",
    ),
    (
        "compliance",
        under("workflow_trace", "governance: {required: [{members: []}]}"),
        f"{PLACE}.governance.required[0].members",
    ),
    (
        "compliance",
        under("workflow_trace", "governance: {required: [{members: [a], trace_types: [click]}]}"),
        f"{PLACE}.governance.required[0].trace_types",
    ),
    ("compliance", under("workflow_trace", "audit: {}"), f"{PLACE}.audit.at"),
    ("compliance", under("workflow_trace", "audit: {at: audit}"), f"{PLACE}.audit.at"),
    (
        "compliance",
        under("workflow_trace", "audit: {at: /audit, most_seconds: 0}"),
        f"{PLACE}.audit.most_seconds",
    ),
    ("compliance", under("workflow_trace", "audit: {at: /audit, actions: [[]]}"), f"{PLACE}.audit.actions"),
    (
        "compliance",
        under("workflow_trace", "policies: {steps: [{name: No, version: 1, types: [a]}]}"),
        f"{PLACE}.policies.steps[0].name",
    ),
    (
        "compliance",
        under("workflow_trace", "policies: {steps: [{name: no, types: [a]}]}"),
        f"{PLACE}.policies.steps[0].version",
    ),
    (
        "compliance",
        under("workflow_trace", "policies: {steps: [{name: no, version: 1, types: [a], needs_one_of: []}]}"),
        f"{PLACE}.policies.steps[0].needs_one_of",
    ),
    (
        "compliance",
        under(
            "workflow_trace",
            "policies: {steps: [{name: no, version: 1, types: [a]}, {name: no, version: 1, types: [b]}]}",
        ),
        f"{PLACE}.policies.steps",
    ),
    ("compliance", under("workflow_trace", "overrides: {most: -1}"), f"{PLACE}.overrides.most"),
    ("business", under("workflow_trace", "steps: {ident: a}"), f"{PLACE}.steps.ident"),
    ("business", under("cloudtrail_event", "states: {}"), "subjects.cloudtrail_event.states"),
    ("business", under("agent_run", "trust: {}"), "subjects.agent_run.trust"),
    ("business", under("workflow_trace", "states: {done: {ended: perhaps}}"), f"{PLACE}.states.done.ended"),
    ("business", under("workflow_trace", "states: {done: {stepz: []}}"), f"{PLACE}.states.done.stepz"),
    ("business", under("workflow_trace", "tolerance_ms: -1"), f"{PLACE}.tolerance_ms"),
    ("business", under("workflow_trace", "trust: {minimum: 1.5}"), f"{PLACE}.trust.minimum"),
    ("business", under("workflow_trace", "trust: {by: [{minimums: {a: 1}}]}"), f"{PLACE}.trust.by[0].at"),
    (
        "business",
        under("workflow_trace", "trust: {by: [{at: /a, minimums: {a: high}}]}"),
        f"{PLACE}.trust.by[0].minimums.a",
    ),
    ("business", under("workflow_trace", "metadata: [{fields: []}]"), f"{PLACE}.metadata[0].fields"),
    ("business", under("workflow_trace", "unclear: {words: todo}"), f"{PLACE}.unclear.words"),
    ("business", under("workflow_trace", "patterns: {most_repeats: 0}"), f"{PLACE}.patterns.most_repeats"),
]
TOTAL = "name: t, version: 1, total: /a, relation: equals, of: duration"
WRONG_TOTALS = [
    (TOTAL.replace("/a", "a"), "total"),
    (TOTAL.replace("equals", "is"), "relation"),
    (TOTAL.replace("duration", "wishes"), "of"),
    (f"{TOTAL}, unit: h", "unit"),
    (f"{TOTAL}, members: [/b]", "members"),
    (TOTAL.replace("duration", "members"), "members"),
    (TOTAL.replace("duration", "each_step"), "member"),
    (f"{TOTAL}, tolerance: -1", "tolerance"),
    (f"{TOTAL}, tolerance_percent: 101", "tolerance_percent"),
    (TOTAL.replace("version: 1, ", ""), "version"),
]
CEL = {
    "name": "fits",
    "version": "1",
    "code": "business.inconsistent",
    "members": "{a: /a, b: /b}",
    "assert": "'a <= b'",
}
WRONG_CEL = [
    ({"name": "Fits"}, "name", "not a text"),
    ({"version": "one"}, "version", "not an integer"),
    ({"code": "compliance.audit_gap"}, "code", "not a word for it"),
    ({"code": "schema.type_invalid"}, "code", "not a word for it"),
    ({"members": "{a: /a, b: /b, C: /c}"}, "members.C", "no name that CEL can read"),
    ({"members": "{a: a, b: /b}"}, "members.a", "not a JSON Pointer"),
    ({"members": "{a: /*/*, b: /b}"}, "members.a", "more than one list"),
    ({"assert": "'a <='"}, "assert", "is not CEL"),
    ({"assert": "''"}, "assert", "not an expression"),
    ({"assert": "5"}, "assert", "not an expression"),
    ({"assert": "'a <= c'"}, "assert", "reads 'c'"),
    ({"assert": "'max(a, b) == a'"}, "assert", "calls 'max'"),
    ({"assert": f"'a{' + a' * 400} == b'"}, "assert", "more than 1000 characters"),
    ({"assert": "'a.all(x, a.all(y, a.exists(z, x == z)))'"}, "assert", "over lists more than 2 times"),
    ({"when": "'b'", "assert": "'!'"}, "assert", "is not CEL"),
    ({"when": "'nothing'"}, "when", "reads 'nothing'"),
    ({"path": "a"}, "path", "not a text that matches"),
    ({"missing": "holds"}, "missing", "not a word for it"),
    ({"holds": "[{a: 2, b: 1}]"}, "holds[0]", "says violated"),
    ({"violates": "[{a: 1, b: 2}]"}, "violates[0]", "says holds"),
    ({"violates": "[{a: 1}]"}, "violates[0]", "says not_applicable"),
    ({"holds": "{a: 1}"}, "holds", "not a list of examples"),
    ({"asserts": "'a'"}, "asserts", "not a key"),
]


def cel(**changes: str) -> str:
    rule = ", ".join(f"{key}: {value}" for key, value in {**CEL, **changes}.items())
    return under("workflow_trace", f"rules: [{{{rule}}}]")


@pytest.mark.parametrize(("family", "text", "place"), WRONG, ids=[row[2] for row in WRONG])
def test_a_mistake_is_named_with_its_place_and_what_to_do(family: str, text: str, place: str) -> None:
    [problem] = problems(family, text)
    assert problem.where == f"{family}.yaml: {place}"
    assert problem.remedy


@pytest.mark.parametrize(("entry", "key"), WRONG_TOTALS)
def test_a_mistake_in_a_total(entry: str, key: str) -> None:
    [problem] = problems("business", under("workflow_trace", f"totals: [{{{entry}}}]"))
    assert problem.where == f"business.yaml: {PLACE}.totals[0].{key}"


@pytest.mark.parametrize(
    ("changes", "key", "why"), WRONG_CEL, ids=[f"{row[1]}: {row[2]}" for row in WRONG_CEL]
)
def test_a_mistake_in_a_rule_in_cel(changes: dict[str, str], key: str, why: str) -> None:
    """S0-40: a rule that could never say anything is refused at load, not passed over for ever."""
    [problem] = problems("business", cel(**changes))
    assert problem.where == f"business.yaml: {PLACE}.rules[0].{key}"
    assert why in problem.why


def test_all_mistakes_are_said_at_once() -> None:
    """D-21."""
    text = under("workflow_trace", "tolerance_ms: x, trust: {minimum: 2}, rules: [{}], totals: [{}]")
    assert len(problems("business", text)) >= 10


def test_two_rules_of_one_name_are_refused() -> None:
    rule = ", ".join(f"{key}: {value}" for key, value in CEL.items())
    [problem] = problems("business", under("workflow_trace", f"rules: [{{{rule}}}, {{{rule}}}]"))
    assert (problem.where, "fits@1" in problem.why) == (f"business.yaml: {PLACE}.rules", True)


def test_a_good_rule_is_read_as_it_stands() -> None:
    """S0-40."""
    found: list[Problem] = []
    text = cel(
        when="'a > 0'",
        path="/a",
        missing="violates",
        holds="[{a: 1, b: 2}]",
        violates="[{a: 2, b: 1}, {a: 2}]",
    )
    rules: BusinessRules = parse_business("business.yaml", read_yaml(text.encode()), SUBJECTS, found)
    assert found == []
    [rule] = rules.subjects["workflow_trace"].rules
    assert (rule.rule, rule.code.value, rule.path) == ("fits@1", "business.inconsistent", "/a")
    assert rule.members == {"a": ("a",), "b": ("b",)}


def test_an_empty_file_asks_for_nothing() -> None:
    assert parse_compliance("compliance.yaml", {}, SUBJECTS, []) == ComplianceRules()
    assert parse_business("business.yaml", {"subjects": {}}, SUBJECTS, []) == BusinessRules()
