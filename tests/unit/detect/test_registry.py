"""The contract of every detector in the registry (S0-42, S0-47, D-16)."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json, parse_pointer
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect import DETECTORS, build_detectors
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle

SCHEMAS = Path(__file__).parents[3] / "schemas"
FULL = json.loads((SCHEMAS / "workflow_trace/examples/valid/full-1.2.0.json").read_bytes())
BUNDLE = load_bundle(read_policy_files(None, None))
BUILT = {name: (build(BUNDLE), build(BUNDLE)) for name, build in DETECTORS}
VERSIONS = [(subject.name, version) for subject in BUNDLE.subjects.values() for version in subject.schemas]
CANARY = "canary-5f0a6f0e"

EVERY_DETECTOR = pytest.mark.parametrize("name", BUILT)

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.just(CANARY),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from([*FULL, CANARY, "0", "tenant_id"]), inner, max_size=5
        )
    ),
    max_leaves=15,
)


def as_trace(document: Json, subject: str = "workflow_trace", version: str = "1.2.0") -> Trace:
    return Trace(document, json.dumps(document).encode(), subject, version, "none", 0, 0)


def test_detectors_run_in_the_order_of_the_table_under_their_own_names(shipped: Bundle) -> None:
    """S0-42."""
    assert [detector.name for detector in build_detectors(shipped)] == [name for name, _ in DETECTORS]


def test_a_name_twice_is_refused(shipped: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.pipeline.detect.registry.DETECTORS", DETECTORS * 2)
    with pytest.raises(ValueError, match="one name"):
        build_detectors(shipped)


@EVERY_DETECTOR
def test_a_good_trace_has_nothing_wrong(name: str) -> None:
    assert list(BUILT[name][0].detect(as_trace(FULL))) == []


@EVERY_DETECTOR
@given(document=junk, which=st.sampled_from(VERSIONS))
def test_junk_gives_findings_never_an_exception(name: str, document: Json, which: tuple[str, str]) -> None:
    """D-15, D-16: deterministic, the trace untouched, no value in what is said, only codes and pointers of ours."""
    one, other = BUILT[name]
    trace = as_trace(document, *which)
    before = copy.deepcopy(document)
    findings = list(one.detect(trace))
    assert findings == list(one.detect(trace)) == list(other.detect(trace))
    assert trace.document == before
    assert len(set(findings)) == len(findings) <= BUNDLE.limits.max_issues
    for finding in findings:
        assert finding.code in IssueCode
        parse_pointer(finding.path)
        assert CANARY not in repr(finding)


@EVERY_DETECTOR
def test_the_deepest_document_that_decodes_is_judged(name: str) -> None:
    """The policy may allow 200 levels at most."""
    document: Json = None
    for level in range(199):
        document = [document] if level % 2 else {"inputs": document}
    BUILT[name][0].detect(as_trace(document))
