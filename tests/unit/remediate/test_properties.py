"""What holds of every repair, whatever the trace: promise 2, D-10, promise 6."""

import time
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.document import MISSING, Json
from assay.pipeline.core.json_patch import apply_patch
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import Effort, Remediator, Scope
from assay.pipeline.testing import changed, clean_trace

from .conftest import Judged, same_json

POINTERS = [
    *("/schema_version", "/trace_id", "/trace_type", "/workflow_id", "/status", "/started_at", "/ended_at"),
    *(
        "/context/tenant_id",
        "/context/user_id",
        "/context/producer/name",
        "/steps/0/step_id",
        "/steps/1/status",
    ),
    *(
        "/steps/0/started_at",
        "/governance/consent_id",
        "/governance",
        "/audit/0/at",
        "/trust_score",
        "/metrics",
    ),
    *("/outputs/confidence", "/tags", "/remediation", "/id", "/state", "/context/workflow_id", "/steps/0/id"),
]
VALUES = st.one_of(
    st.just(MISSING),
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["42", " wf-1 ", "COMPLETED", "queued", "1.2", "1.0.0", "1.1.0", "0.93", "", "true"]),
    st.sampled_from(["2025-03-04 09:15:00", "2025-03-04 09:15:00Z", "4111 1111 1111 1111", "x" * 20_000]),
    st.text(max_size=8),
    st.recursive(st.text(max_size=3), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2), max_leaves=6),
)  # fmt: skip
CHANGES = st.dictionaries(st.sampled_from(POINTERS), VALUES, max_size=5)


def broken(changes: dict[str, Any]) -> Json:
    """The clean trace with what of the changes fits together."""
    document: Json = clean_trace()
    for pointer, value in changes.items():
        try:
            document = changed(document, {pointer: value})
        except (LookupError, TypeError):
            continue
    return document


@settings(max_examples=150)
@given(CHANGES, st.sampled_from(Effort), st.sampled_from(Scope))
def test_repaired_is_input_and_patch_and_the_inverse_gives_the_input_back(
    remediator: Remediator, judged: Judged, changes: dict[str, Any], effort: Effort, scope: Scope
) -> None:
    """S0-101."""
    document = broken(changes)
    verdict = judged(document)
    repair = remediator.repair(
        document, verdict.issues, subject=verdict.subject, tenant=verdict.tenant, effort=effort, scope=scope
    )
    assert same_json(apply_patch(document, repair.patch), repair.document)
    assert same_json(apply_patch(repair.document, repair.inverse), document)
    assert same_json(orjson.loads(repair.value), repair.document)
    here = document
    for receipt in repair.receipts:
        after = apply_patch(here, receipt.patch)
        assert same_json(apply_patch(after, receipt.inverse), here)
        here = after


@settings(max_examples=150)
@given(CHANGES)
def test_a_trace_with_a_blocking_issue_of_security_or_compliance_is_never_repaired(
    remediator: Remediator, judged: Judged, shipped: Bundle, changes: dict[str, Any]
) -> None:
    document = broken(changes)
    verdict = judged(document)
    repair = remediator.repair(document, verdict.issues, subject=verdict.subject, tenant=verdict.tenant)
    grave = {"security", "compliance"}
    if any(
        issue.blocking and shipped.classification[issue.code].category in grave for issue in verdict.issues
    ):
        assert not repair.changed
    if repair.changed:
        assert judged(repair.document).tenant == verdict.tenant


@settings(max_examples=50)
@given(CHANGES)
def test_a_repair_is_deterministic(remediator: Remediator, judged: Judged, changes: dict[str, Any]) -> None:
    document = broken(changes)
    issues = judged(document).issues
    assert remediator.repair(document, issues) == remediator.repair(document, issues)


def test_a_hostile_trace_takes_no_longer_than_its_size(remediator: Remediator, judged: Judged) -> None:
    """Bounded: near the limit of size, with as many issues as an envelope lists, against one of a tenth of that."""
    took = [_seconds(remediator, judged, count) for count in (500, 5_000)]
    assert took[1] < 60 * max(took[0], 0.002)


def _seconds(remediator: Remediator, judged: Judged, count: int) -> float:
    step = {"id": "s", "kind": "x", "state": "COMPLETED", "outputs": {"text": "y" * 100}}
    document = changed(clean_trace(), {"/steps": [step] * count, "/trust_score": "0.93"})
    issues = judged(document).issues
    begin = time.process_time()
    repair = remediator.repair(document, issues, subject="workflow_trace")
    assert len(repair.patch) <= 1_000
    return time.process_time() - begin
