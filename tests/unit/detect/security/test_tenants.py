"""A trace names no tenant but its own (S0-10; DESIGN 9)."""

from collections.abc import Callable

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.detect.security import SecurityDetector
from assay.pipeline.policy.bundle import Bundle

Judge = Callable[..., list[Finding]]
OWN: Json = {"tenant_id": 1001}


@pytest.fixture(scope="module")
def detector(shipped: Bundle) -> SecurityDetector:
    return SecurityDetector(shipped)


@pytest.mark.parametrize(
    ("what", "document", "tenant", "places"),
    [
        ("the body's own", {"context": OWN}, "1001", []),
        ("its own as text", {"context": {"tenant_id": "1001"}}, "1001", []),
        ("a bound topic's is another", {"context": OWN}, "7", ["/context/tenant_id"]),
        ("text on a bound topic", {"context": {"tenant_id": "acme-2"}}, "acme", ["/context/tenant_id"]),
        ("an object on a bound topic", {"context": {"tenant_id": {"id": 1}}}, "acme", ["/context/tenant_id"]),
        ("none in the body", {"context": {}}, "acme", []),
        ("null in the body", {"context": {"tenant_id": None}}, "acme", []),
        ("no context", {"context": None}, "acme", []),
        ("a list for a context", {"context": [1001]}, "acme", []),
        ("true in the body: the schema's business", {"context": {"tenant_id": True}}, "acme", []),
        ("not known whose", {"context": {"tenant_id": [1]}, "x": {"tenant_id": 9}}, "none", []),
        ("a step's inputs, its own", {"context": OWN, "steps": [{"inputs": {"tenant_id": 1001}}]}, "1001", []),
        ("a step's inputs, another's", {"context": OWN, "steps": [{"inputs": {"tenant_id": 7}}]}, "1001", ["/steps/0/inputs/tenant_id"]),
        ("as text", {"context": OWN, "steps": [{}, {"outputs": {"tenant_id": "7"}}]}, "1001", ["/steps/1/outputs/tenant_id"]),
        ("spelled differently", {"context": OWN, "inputs": {"tenantId": 7}}, "1001", ["/inputs/*"]),
        ("spelled like a heading", {"context": OWN, "inputs": {"Tenant-ID": "7"}}, "1001", ["/inputs/*"]),
        ("in JSON in a text", {"context": OWN, "inputs": {"x": '{"tenant_id": 7}'}}, "1001", ["/inputs/*"]),
        ("in a URL", {"context": OWN, "inputs": {"x": "https://h.example/tenants/7/files"}}, "1001", ["/inputs/*"]),
        ("in a query", {"context": OWN, "inputs": {"x": "?tenant_id=7&y=1"}}, "1001", ["/inputs/*"]),
        ("its own in a URL", {"context": OWN, "inputs": {"x": "/tenants/1001/files?tenant=1001"}}, "1001", []),
        ("a word in a URL", {"context": OWN, "inputs": {"x": "/tenants/list tenant: the flat's"}}, "1001", []),
        ("numbers say nothing where ids are words", {"context": {"tenant_id": "acme"}, "x": "/tenants/7"}, "acme", []),
        ("null elsewhere", {"context": OWN, "inputs": {"tenant_id": None, "tenant": True}}, "1001", []),
        ("an object elsewhere", {"context": OWN, "inputs": {"tenant": {"name": "x"}}}, "1001", []),
    ],
)  # fmt: skip
def test_whose_it_is(
    what: str, document: Json, tenant: str, places: list[str], detector: SecurityDetector, judge: Judge
) -> None:
    findings = judge(detector, document, tenant=tenant)
    assert [(finding.code.value, finding.path) for finding in findings] == [
        ("security.tenant_mismatch", place) for place in places
    ]


def test_the_bound_tenant_and_a_reference_are_different_rules(
    detector: SecurityDetector, judge: Judge
) -> None:
    findings = judge(detector, {"context": {"tenant_id": 8}, "inputs": {"tenant_id": 9}}, tenant="7")
    assert [(finding.path, finding.rule, finding.actual_masked) for finding in findings] == [
        ("/context/tenant_id", "tenant.bound@1", "integer"),
        ("/inputs/tenant_id", "tenant.reference@1", "string(1)"),
    ]
