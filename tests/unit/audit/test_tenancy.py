"""Whose a record is, by the auditor's own reading (DESIGN 9)."""

from typing import Any

import pytest

from assay.agents.audit.tenancy import expected_tenant
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.record import RawRecord
from assay.pipeline.flow import Judge
from assay.pipeline.generate import generate
from assay.pipeline.policy.bundle import Binding, Bundle, Limits, Pointers, Subject

NOW_NS = 1_700_000_000_000_000_000


def subject(name: str, tenant: tuple[str, ...] | None) -> Subject:
    pointers = Pointers(tenant=tenant, trace_type=("trace_type",), schema_version=("schema_version",))
    return Subject(name, frozenset({name}), "1.0.0", {"1.0.0": {}}, frozenset(), pointers)


BUNDLE = Bundle(
    "0" * 64,
    Limits(),
    {
        "flow": subject("flow", ("context", "tenant_id")),
        "event": subject("event", ("account",)),
        "orphan": subject("orphan", None),
        "hidden": subject("hidden", ("account",)),
    },
    {},
    {name: name for name in ("flow", "event", "orphan", "hidden")},
)
SHARED = Binding("traces.raw", None, "flow", frozenset({"flow", "event", "orphan"}))
BOUND = Binding("traces.raw.acme", "acme", "flow", frozenset({"flow"}))


@pytest.mark.parametrize(
    ("value", "tenant"),
    [
        (b'{"context":{"tenant_id":1001}}', "1001"),
        (b'{"context":{"tenant_id":"a-b.c_d:1"}}', "a-b.c_d:1"),
        (b'{"context":{"tenant_id":true}}', "none"),
        (b'{"context":{"tenant_id":1.5}}', "none"),
        (b'{"context":{"tenant_id":null}}', "none"),
        (b'{"context":{"tenant_id":"-x"}}', "none"),
        (b'{"context":{"tenant_id":"a b"}}', "none"),
        (b'{"context":{"tenant_id":"%s"}}' % (b"a" * 64), "a" * 64),
        (b'{"context":{"tenant_id":"%s"}}' % (b"a" * 65), "none"),
        (b'{"context":null}', "none"),
        (b'{"trace_type":"event","account":"x"}', "x"),
        (b'{"trace_type":"orphan","account":"x"}', "none"),
        (b'{"trace_type":"hidden","account":"x"}', "none"),
        (b'{"trace_type":"unheard of","context":{"tenant_id":1},"account":"x"}', "1"),
        (b'{"trace_type":"event","schema_version":"9","context":{"tenant_id":1},"account":"x"}', "1"),
        (b'{"trace_type":"event","schema_version":9,"context":{"tenant_id":1},"account":"x"}', "x"),
        (b'{"trace_type":["event"],"context":{"tenant_id":1},"account":"x"}', "1"),
        (b"[]", "none"),
        (b"{", "none"),
        (b"", "none"),
        (None, "none"),
        (b"\xff", "none"),
        (b"[" * 100_000, "none"),
        (b"9" * 10_000, "none"),
        (b"\x00\x00\x00\x03\xe9", None),
    ],
)
def test_on_a_shared_topic_the_body_names_the_tenant(value: bytes | None, tenant: str | None) -> None:
    """D-15: whatever the body is, the answer is a tenant or the word ``none``."""
    assert expected_tenant(BUNDLE, SHARED, value, ()) == tenant


@pytest.mark.parametrize("value", [b'{"context":{"tenant_id":1001}}', b"\x00", None])
def test_on_a_bound_topic_the_topic_names_the_tenant(value: bytes | None) -> None:
    assert expected_tenant(BUNDLE, BOUND, value, ()) == "acme"


def test_two_readings_of_the_same_contract_agree() -> None:
    """The auditor's and the pipeline's, on clean traces and on every fault that the generator knows."""
    bundle = load_policies(load_settings())
    judge = Judge(bundle)
    binding = bundle.bindings["traces.raw"]
    for offset, item in enumerate(generate(seed=7, count=600, tenants=3, fault_share=0.5, now_ns=NOW_NS)):
        verdict = judge(RawRecord("traces.raw", 0, offset, 0, item.key, item.value, item.headers), NOW_NS)
        expected = expected_tenant(bundle, binding, item.value, item.headers)
        assert not verdict.readable or expected in {None, verdict.tenant}, item.expected


@pytest.mark.parametrize(
    ("headers", "tenant"),
    [
        ((("assay-subject", b"event"),), "x"),
        ((("assay-subject", b"hidden"),), "1"),
        ((("assay-subject", b"\xff"),), "1"),
        ((("assay-subject", None),), "1"),
        ((("assay-tenant", b"someone"),), "1"),
    ],
)
def test_a_header_names_the_subject_never_the_tenant(headers: Any, tenant: str) -> None:
    value = b'{"context":{"tenant_id":1},"account":"x"}'
    assert expected_tenant(BUNDLE, SHARED, value, headers) == tenant
