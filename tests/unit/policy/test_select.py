"""Which subject and version a trace is judged by (DESIGN 6)."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.record import Headers
from assay.pipeline.policy.any_subject import ANY, any_subject
from assay.pipeline.policy.bundle import Binding, Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.select import Selected, one_of, select


class Frame(NamedTuple):
    """What an Avro frame registered; nothing for JSON."""

    subject: str | None = None
    schema_version: str | None = None


JSON = Frame()
SHIPPED = load_bundle(read_policy_files(None, None))


def chosen(bundle: Bundle, document: Json, headers: Headers = (), frame: Frame = JSON) -> tuple[str, str]:
    selected = select(bundle, bundle.bindings["traces.raw"], headers, document, frame)
    assert isinstance(selected, Selected), selected
    return selected.subject.name, selected.version


def refused(bundle: Bundle, document: Json, headers: Headers = (), frame: Frame = JSON) -> Finding:
    finding = select(bundle, bundle.bindings["traces.raw"], headers, document, frame)
    assert isinstance(finding, Finding), finding
    return finding


def test_the_trace_names_its_type_and_version(small: Bundle) -> None:
    assert chosen(small, {"trace_type": "order", "version": "1.0.0"}) == ("order", "1.0.0")
    assert chosen(small, {"trace_type": "order_line", "version": "2.0.0"}) == ("order", "2.0.0")


def test_a_subject_may_have_its_type_anywhere(small: Bundle) -> None:
    assert chosen(small, {"kind": "click"}) == ("event", "1.0.0")


def test_a_header_outranks_the_trace_itself(small: Bundle) -> None:
    headers = [("traceparent", b"00-1"), ("assay-subject", b"event"), ("assay-subject", b"order")]
    assert chosen(small, {"trace_type": "order"}, headers) == ("event", "1.0.0")


def test_an_avro_registration_outranks_the_body_but_not_the_header(small: Bundle) -> None:
    frame = Frame("order", "2.0.0")
    assert chosen(small, {"kind": "click", "version": "1.0.0"}, frame=frame) == ("order", "2.0.0")
    assert chosen(small, {}, [("assay-subject", b"event")], frame) == ("event", "1.0.0")
    assert chosen(small, {"version": "1.0.0"}, [("assay-subject", b"order")], frame) == ("order", "2.0.0")


def test_a_trace_that_names_nothing_is_the_topics_default_in_its_current_version(small: Bundle) -> None:
    assert chosen(small, {"id": "1"}) == ("order", "2.0.0")


@pytest.mark.parametrize("document", [None, True, 7, 1.5, "order", [], [{"trace_type": "click"}], {}])
def test_what_is_no_object_is_left_to_the_default_subjects_schema(small: Bundle, document: Json) -> None:
    """D-15: the worst traces are judged like any other."""
    assert chosen(small, document) == ("order", "2.0.0")


@pytest.mark.parametrize("value", [None, 7, True, ["order"], {"order": 1}])
def test_a_type_or_version_that_is_no_text_is_left_to_the_schema(small: Bundle, value: Json) -> None:
    assert chosen(small, {"trace_type": value, "version": value}) == ("order", "2.0.0")


def test_an_unknown_type_is_its_own_finding_with_its_place(small: Bundle) -> None:
    finding = refused(small, {"trace_type": "invoice-4711"})
    assert finding == Finding(
        IssueCode.SCHEMA_SUBJECT_UNKNOWN,
        path="/trace_type",
        expected="one of order, order_line",
        actual_masked="string(12)",
        rule="select.trace_type",
    )
    assert refused(small, {"kind": "scroll"}).path == "/kind"


def test_a_known_type_wins_over_an_unknown_one_in_another_subjects_place(small: Bundle) -> None:
    assert chosen(small, {"trace_type": "order", "kind": "scroll"}) == ("order", "2.0.0")
    assert chosen(small, {"trace_type": "x", "kind": "click"}) == ("event", "1.0.0")


def test_a_type_in_the_place_of_another_subject_does_not_count(small: Bundle) -> None:
    assert refused(small, {"trace_type": "click"}).path == "/trace_type"


def test_an_unknown_header_or_registration_is_a_finding_on_the_whole_trace(small: Bundle) -> None:
    by_header = refused(small, {"trace_type": "order"}, [("assay-subject", b"ghost")])
    assert (by_header.code, by_header.path, by_header.rule) == (
        IssueCode.SCHEMA_SUBJECT_UNKNOWN,
        "",
        "select.header",
    )
    assert by_header.expected == "one of event, order"
    assert refused(small, {}, [("assay-subject", b"\xff\xfe")]).actual_masked == "string(2)"
    assert refused(small, {}, [("assay-subject", None)]).rule == "select.header"
    assert refused(small, {}, frame=Frame("ghost", "1.0.0")).rule == "select.avro"


def test_a_subject_that_the_topic_may_not_carry_is_unknown_there(small: Bundle) -> None:
    acme = small.bindings["traces.raw.acme"]
    finding = select(small, acme, [("assay-subject", b"order")], {}, JSON)
    assert isinstance(finding, Finding)
    assert finding.expected == "one of event"
    # The body's word for a subject that this topic does not carry is only an extra member here.
    selected = select(small, acme, (), {"trace_type": "order"}, JSON)
    assert isinstance(selected, Selected)
    assert selected.subject.name == "event"


def test_an_unknown_version_is_its_own_finding(small: Bundle) -> None:
    finding = refused(small, {"trace_type": "order", "version": "7.0.0"})
    assert finding == Finding(
        IssueCode.SCHEMA_VERSION_UNKNOWN,
        path="/version",
        expected="one of 1.0.0, 2.0.0",
        actual_masked="string(5)",
        rule="select.schema_version",
    )


def test_a_topic_may_ask_for_readable_bytes_only(small: Bundle) -> None:
    bundle = Bundle("0" * 64, small.limits, {ANY: any_subject()}, {})
    binding = Binding("offline", None, ANY, frozenset({ANY}))
    selected = select(bundle, binding, (), {"trace_type": "whatever", "version": "9"}, JSON)
    assert isinstance(selected, Selected)
    assert selected.subject.decode_only
    assert selected.version == "none"


def test_names_are_listed_up_to_ten() -> None:
    assert one_of(["b", "a"]) == "one of a, b"
    assert one_of(f"{i:02}" for i in range(12)).endswith("08, 09 and 2 more")


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["trace_type", "eventType", "schema_version", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(document=documents, header=st.none() | st.binary(max_size=6))
def test_whatever_comes_the_answer_is_a_known_pair_or_a_finding_without_a_value(
    document: Json, header: bytes | None
) -> None:
    bundle = SHIPPED
    headers = [] if header is None else [("assay-subject", header)]
    result = select(bundle, bundle.bindings["traces.raw"], headers, document, JSON)
    if isinstance(result, Selected):
        assert result.version in bundle.subjects[result.subject.name].schemas
    else:
        assert result.actual_masked.startswith("string(")
