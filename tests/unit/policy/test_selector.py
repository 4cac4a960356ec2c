"""The quick way to a subject gives what the thorough one gives (DESIGN 6)."""

from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.core.record import Headers
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.select import Selected, Selector, select


class Frame(NamedTuple):
    """What an Avro frame registered; nothing for JSON."""

    subject: str | None = None
    schema_version: str | None = None


odd: st.SearchStrategy[Json] = st.sampled_from([None, True, 2, [], ["order"], {}, "", "nobody"])
types: st.SearchStrategy[Json] = st.sampled_from(["order", "order_line", "click"]) | odd
versions: st.SearchStrategy[Json] = st.sampled_from(["1.0.0", "2.0.0", "9.9.9"]) | odd
bodies: st.SearchStrategy[Json] = odd | st.fixed_dictionaries(
    {}, optional={"trace_type": types, "version": versions, "kind": types}
)
subjects = st.sampled_from([b"order", b"event", b"other", b"", None])
headers = st.lists(st.tuples(st.sampled_from(["assay-subject", "traceparent"]), subjects), max_size=3)
frames = st.builds(Frame, st.sampled_from([None, "order", "event"]), st.sampled_from([None, "1.0.0"]))


@pytest.mark.parametrize("topic", ["traces.raw", "traces.raw.acme"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies, sent=headers, frame=frames)
def test_it_says_what_select_says(small: Bundle, topic: str, body: Json, sent: Headers, frame: Frame) -> None:
    binding = small.bindings[topic]
    assert Selector(small, binding)(sent, body, frame) == select(small, binding, sent, body, frame)


def test_what_nearly_every_trace_asks_for_is_made_once(small: Bundle) -> None:
    selector = Selector(small, small.bindings["traces.raw"])
    body: Json = {"trace_type": "order", "version": "1.0.0"}
    first = selector([], body, Frame())
    assert isinstance(first, Selected)
    assert first is selector([("traceparent", b"00")], body, Frame())


def test_a_header_that_names_the_subject_wins_over_a_body_that_is_known(small: Bundle) -> None:
    selector = Selector(small, small.bindings["traces.raw"])
    selected = selector([("assay-subject", b"event")], {"trace_type": "order", "version": "1.0.0"}, Frame())
    assert isinstance(selected, Selected)
    assert selected.subject.name == "event"
