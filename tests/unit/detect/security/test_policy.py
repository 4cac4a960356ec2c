"""Where such data may stand, and what the policy file may say (S0-9; D-21)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import Problem
from assay.pipeline.core.issue import Finding
from assay.pipeline.detect.security import SecurityDetector
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.security_rules import IpScope, SecurityRules, parse_security

Find = Callable[..., list[Finding]]
MAIL = "jo@example.com"


def allowing(**entry: Json) -> SecurityRules:
    problems: list[Problem] = []
    entry = {"types": ["email"], "reason": "it is what the workflow is for", **entry}
    rules = parse_security("security.yaml", {"allow": [entry]}, {}, problems)
    assert problems == []
    return rules


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("/inputs/to", True),
        ("/inputs/*", True),
        ("/*/to", True),
        ("/inputs/**", True),
        ("/**", True),
        ("/inputs", False),
        ("/inputs/to/*", False),
        ("/inputs/cc", False),
    ],
)
def test_a_path_may_hold_what_the_policy_allows(path: str, covered: bool, find: Find) -> None:
    assert (find({"to": MAIL}, rules=allowing(path=path)) == []) is covered


def test_elements_and_deeper_members_are_covered_as_written(find: Find) -> None:
    rules = allowing(path="/inputs/to/*")
    findings = find({"to": [MAIL, MAIL, {"cc": MAIL}]}, rules=rules)
    assert [finding.path for finding in findings] == ["/inputs/*/2/*"]


def test_another_type_at_an_allowed_path_is_found(find: Find) -> None:
    findings = find({"to": f"{MAIL} 4111111111111111"}, rules=allowing(path="/inputs/to"))
    assert [finding.code.value for finding in findings] == ["security.pii_card"]


def test_allowed_for_some_tenants_only(find: Find) -> None:
    assert find({"to": MAIL}, rules=allowing(path="/inputs/to", tenants=["7", "1001"])) == []
    assert find({"to": MAIL}, rules=allowing(path="/inputs/to", tenants=["7"])) != []


def test_allowed_for_one_subject_only(shipped: Bundle, find: Find) -> None:
    entry: Json = {"types": ["email"], "path": "/inputs/to", "reason": "made-up people"}
    for name, expected in (("workflow_trace", 0), ("agent_run", 1)):
        problems: list[Problem] = []
        document: Json = {"subjects": {name: {"allow": [entry]}}}
        rules = parse_security("security.yaml", document, shipped.subjects, problems)
        assert problems == []
        assert len(find({"to": MAIL}, rules=rules)) == expected


def test_a_field_that_is_declared_to_hold_it_is_no_find(
    shipped: Bundle, judge: Callable[..., list[Finding]]
) -> None:
    """``x-pii`` in the schema, also behind a reference and in alternatives; what is below is covered too."""
    contact: Json = {"anyOf": [{"type": "null"}, {"type": "object", "x-pii": ["email", "phone"]}]}
    schema: Json = {
        "type": "object",
        "properties": {
            "mail": {"type": "string", "x-pii": ["email"]},
            "people": {"type": "array", "items": {"$ref": "#/$defs/person"}},
            "note": {"type": "string"},
        },
        "$defs": {"person": {"type": "object", "properties": {"contact": contact}}},
    }
    subject = replace(shipped.subjects["workflow_trace"], schemas={"1.2.0": schema})
    detector = SecurityDetector(replace(shipped, subjects={"workflow_trace": subject}))
    document: Json = {
        "mail": MAIL,
        "note": MAIL,
        "people": [{"contact": {"x": {"y": MAIL}}}, {"contact": "+49 30 901820 8.8.4.4"}, {"other": MAIL}],
    }
    found = [f"{finding.code.value}{finding.path}" for finding in judge(detector, document)]
    assert found == [
        "security.pii_email/note",
        "security.pii_ip/people/1/contact",
        "security.pii_email/people/2/*",
    ]


def test_which_addresses_are_finds_is_policy(find: Find) -> None:
    rules = SecurityRules(ip_scopes=frozenset({IpScope.PRIVATE, IpScope.LOOPBACK, IpScope.RESERVED}))
    for text in (
        "10.1.2.3",
        "100.64.1.1",
        "fc00::12",
        "127.0.0.1",
        "::1",
        "192.0.2.1",
        "2001:db8::1",
        "fe80::1",
        "224.0.0.1",
    ):
        assert find({"x": f"from {text} on"}, rules=rules) != [], text
        assert find({"x": f"from {text} on"}) == [], text
    assert find({"x": "8.8.4.4"}, rules=rules) == []


def test_names_and_placeholders_of_the_owner(find: Find) -> None:
    secret = "q7Zt0vLk2RfXw9Pb"
    assert find({"x_kennwort": secret}) == []
    assert find({"x_kennwort": secret}, rules=SecurityRules(secret_names=frozenset({"kennwort"}))) != []
    assert find({"api_key": secret}, rules=SecurityRules(harmless_names=frozenset({"api_key"}))) == []
    assert find({"api_key": secret}, rules=SecurityRules(placeholders=frozenset({secret.lower()}))) == []


def test_the_shipped_file_says_the_defaults(shipped: Bundle) -> None:
    written = replace(shipped.rules.security, harmless_names=frozenset(), allowed={})
    assert written == SecurityRules()


def test_everything_wrong_is_said_at_once(shipped: Bundle) -> None:
    """D-21."""
    schema: Json = {"properties": {"a": {"x-pii": ["emial"]}, "b": {"x-pii": "email"}}}
    subject = replace(shipped.subjects["workflow_trace"], schemas={"1.0.0": schema})
    problems: list[Problem] = []
    document: Json = {
        "ip_scopes": ["everything"],
        "phone_regions": ["Sweden"],
        "nested_levels": 9,
        "allow": [
            {"types": ["emails"], "path": "/x", "reason": "r"},
            {"types": ["email"], "path": "x"},
            {"types": ["email"], "path": "/**/x", "reason": "r"},
        ],
        "subjects": {"order": {"allow": []}},
        "colour": 1,
    }
    parse_security("security.yaml", document, {"workflow_trace": subject}, problems)
    assert sorted({problem.where for problem in problems}) == [
        "schemas/workflow_trace/1.0.0.json: /properties/a/x-pii",
        "schemas/workflow_trace/1.0.0.json: /properties/b/x-pii",
        "security.yaml: allow[0].types",
        "security.yaml: allow[1].path",
        "security.yaml: allow[1].reason",
        "security.yaml: allow[2].path",
        "security.yaml: colour",
        "security.yaml: ip_scopes",
        "security.yaml: nested_levels",
        "security.yaml: phone_regions",
        "security.yaml: subjects.order",
    ]


def test_json_that_is_no_mapping_is_one_problem() -> None:
    problems: list[Problem] = []
    documents: list[Json] = [None, [], "x", {"allow": {}}, {"subjects": 1}]
    for document in documents:
        parse_security("security.yaml", document, {}, problems)
    assert len(problems) == 5
