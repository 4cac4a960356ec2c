"""What the gate says before publishing is what the stream says afterwards (S0-161)."""

import json
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.agents.detector import DetectorStep
from assay.agents.lanes.step import SourceRange
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.flow import Judge
from assay.pipeline.gate import Gate, record_of
from assay.pipeline.generate import Generated, generate
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.testing import clean_trace

from .conftest import NOW_NS, TOPIC, gate_of

TRACES = 10_000
BATCH = 500


def test_ten_thousand_traces_fare_at_the_gate_as_in_the_lane(bundle: Bundle, gate: Gate) -> None:
    """S0-156, S0-161, S0-163: what passes the gate is what the detector lane passes on, with the same codes."""
    step = DetectorStep(bundle, KeylessSealer(), "detector", secret=b"s" * 32)
    made = generate(6, TRACES, tenants=8, fault_share=0.25, now_ns=NOW_NS)
    blocking: set[str] = set()
    seen: set[str] = set()

    for first in range(0, TRACES, BATCH):
        batch = list(islice(made, BATCH))
        records = [record(trace, first + number) for number, trace in enumerate(batch)]
        written = _through_the_lane(step, records)
        for each in records:
            found = gate(each, NOW_NS)
            role = TopicRole.VALID if found.passed else TopicRole.INVALID
            codes = {issue.code.value for issue in found.issues}
            assert (role, codes) == written[each.offset], f"trace {each.offset}"
            seen |= codes
        blocking |= {trace.expected.value for trace in batch if trace.expected and trace.blocking}

    assert next(made, None) is None, "all of them were judged"
    assert len(blocking) > 30, "the load has faults of every kind"
    assert blocking <= seen


def record(trace: Generated, offset: int) -> RawRecord:
    """As the producer is going to publish it: now."""
    return RawRecord(TOPIC, 0, offset, NOW_NS // 1_000_000, trace.key, trace.value, tuple(trace.headers))


def _through_the_lane(step: DetectorStep, records: list[RawRecord]) -> dict[int, tuple[TopicRole, set[str]]]:
    """Offset → where it went, and the codes that went with it."""
    work = step.begin()
    work.add(records, NOW_NS)
    first, last = records[0].offset, records[-1].offset
    outgoing = work.finish([SourceRange(TOPIC, 0, first, last + 1, len(records))], NOW_NS)
    return dict(_told(each) for each in outgoing if each.role is not TopicRole.TALLIES)


def _told(outgoing: Outgoing) -> tuple[int, tuple[TopicRole, set[str]]]:
    headers = {name: (value or b"").decode() for name, value in outgoing.headers}
    offset = int(headers["assay-src"].rpartition("/")[2])
    if outgoing.role is TopicRole.VALID:
        codes = set(filter(None, headers.get("assay-warnings", "").split(",")))
    else:
        codes = {issue["code"] for issue in json.loads(outgoing.value or b"")["issues"]}
    return offset, (outgoing.role, codes)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40)
@given(value=st.binary(max_size=200) | JSON.map(lambda document: json.dumps(document).encode()))
def test_any_bytes_get_the_verdict_of_the_stream(bundle: Bundle, value: bytes) -> None:
    """S0-161: issue for issue, and not only code for code."""
    _compare(bundle, value)


@settings(max_examples=40)
@given(changes=st.dictionaries(st.sampled_from(sorted(clean_trace())), JSON, max_size=3))
def test_any_change_to_a_good_trace_gets_the_verdict_of_the_stream(
    bundle: Bundle, changes: dict[str, Any]
) -> None:
    """S0-161."""
    _compare(bundle, json.dumps(clean_trace() | changes).encode())


_BUILT: dict[str, tuple[Gate, Judge]] = {}


def _compare(bundle: Bundle, value: bytes) -> None:
    gate, judge = _BUILT.setdefault(bundle.bundle_id, (gate_of(bundle), Judge(bundle)))
    published = record_of(value, TOPIC, NOW_NS)
    result, verdict = gate(published, NOW_NS), judge(published, NOW_NS)

    assert result.passed is not verdict.blocking
    assert sorted(result.issues, key=str) == sorted(verdict.issues, key=str)
    assert (result.tenant, result.subject, result.schema_version) == verdict[:3]
    assert published.value == value, "bytes are judged as they are"
