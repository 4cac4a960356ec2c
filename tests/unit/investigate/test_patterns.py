"""What failing traces have in common that passing ones do not, without saying what stands in them (S0-96)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import MISSING
from assay.pipeline.core.record import Source
from assay.pipeline.investigate.patterns import MOST_VALUES, Comparison, compare
from assay.pipeline.investigate.traits import MemberState, document_traits, place_traits, state_of
from assay.pipeline.policy.marked_places import EACH, declared_places
from assay.pipeline.policy.subject import Subject
from assay.pipeline.testing import changed, clean_trace


def found(comparison: Comparison) -> dict[str, str]:
    return {each.trait.dimension: each.trait.value for each in comparison.patterns}


def traits(subject: Subject, suspect: tuple[str, ...] = (), **changes: Any) -> dict[str, str]:
    document = changed(clean_trace(), {name.replace("__", "/"): value for name, value in changes.items()})
    return document_traits(document, subject, declared_places(subject.schemas["1.2.0"]), suspect)


def test_a_bad_producer_version_is_found_and_what_is_everywhere_is_not() -> None:
    bad = [{"producer_version": "4.9.0", "region": "eu"}] * 30
    good = [{"producer_version": "4.8.1", "region": "eu"}] * 300
    comparison = compare(bad, good, support=5)
    assert found(comparison) == {"producer_version": "4.9.0"}
    (pattern,) = comparison.patterns
    assert pattern.table == (30, 0, 0, 300)
    assert pattern.table.lift is None, "no passing trace has it"
    assert pattern.chance <= pattern.corrected < 1e-40
    assert comparison.tested == 2, "a region that all have tells nothing apart, and is no test"


def test_more_frequent_is_told_by_how_much() -> None:
    bad = [{"region": "ap"}] * 40 + [{"region": "eu"}] * 10
    good = [{"region": "ap"}] * 50 + [{"region": "eu"}] * 200
    (pattern,) = compare(bad, good, support=5).patterns
    assert pattern.trait == ("region", "ap")
    assert pattern.table.lift == pytest.approx(4.0)


def test_what_chance_shows_as_well_is_no_pattern() -> None:
    """The same two groups: of a hundred dimensions a few are below 0.05 alone, and none after the correction."""
    groups = [[{f"d{n}": str((trace * (n + 3) + n) % 4) for n in range(100)} for trace in rows] for rows in (range(60), range(60, 400))]  # fmt: skip
    assert compare(*groups, support=5).patterns == ()


def test_few_traces_say_nothing() -> None:
    comparison = compare([{"region": "ap"}] * 4, [{"region": "eu"}] * 400, support=5)
    assert comparison.patterns == ()


def test_without_passing_traces_there_is_nothing_to_compare() -> None:
    comparison = compare([{"region": "ap"}] * 40, [], support=5)
    assert (comparison.tested, comparison.patterns) == (0, ())


def test_a_trace_of_which_a_dimension_is_not_known_does_not_count_for_it() -> None:
    bad = [{"region": "ap"}] * 10 + [{"hour": "x"}] * 90
    good = [{"region": "eu", "hour": "x"}] * 100
    tables = {each.trait.dimension: each.table for each in compare(bad, good, support=5).patterns}
    assert tables["region"] == (10, 0, 0, 100)


def test_a_dimension_that_tells_single_traces_apart_is_left_out() -> None:
    bad = [{"user": f"u{n}", "region": "ap"} for n in range(MOST_VALUES + 1)]
    comparison = compare(bad, [{"user": "x", "region": "eu"}] * 100, support=2)
    assert comparison.left_out == ("user",)
    assert found(comparison) == {"region": "ap"}


groups = st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=30)


@given(groups, groups, st.integers(2, 8))
def test_counts_are_those_of_the_traces(bad: Any, good: Any, support: int) -> None:
    comparison = compare(bad, good, support=support)
    for each in comparison.patterns:
        name, value = each.trait
        assert each.table.failing_with == sum(one.get(name) == value for one in bad) >= support
        assert each.table.passing_with == sum(one.get(name) == value for one in good)
        assert sum(each.table) == sum(name in one for one in [*bad, *good])
        assert 0 <= each.chance <= each.corrected <= 0.05


def test_declared_dimensions_are_named(workflow: Subject) -> None:
    named = traits(workflow)
    assert {name: value for name, value in named.items() if not name.startswith("field ")} == {
        "subject": "workflow_trace",
        "producer": "orchestrator",
        "producer_version": "4.8.1",
        "status": "completed",
        "trace_type": "workflow_trace",
        "schema_version": "1.2.0",
        "region": "eu-central-1",
        "environment": "production",
    }


def test_values_that_are_no_identifiers_are_not_named(workflow: Subject) -> None:
    """Promise 4: only what cannot hold a sentence, and not where a detector of security found something."""
    named = traits(workflow, __context__region="jo at home", __context__environment={"a": 1})
    assert (named["region"], named["environment"]) == ("not an identifier", "not an identifier")
    assert traits(workflow, __context__region=MISSING)["region"] == "absent"


@pytest.mark.parametrize(
    "suspect", ["/context/region", "/context", "", "/context/*", "/context/region/x", "odd"]
)
def test_what_security_has_found_is_withheld(workflow: Subject, suspect: str) -> None:
    """The finding's place, what is in it, what it is in; and what is no place at all may be any."""
    named = traits(workflow, (suspect,), __context__region="4111111111111111")
    assert named["region"] == "withheld"
    assert not any("4111" in part for pair in named.items() for part in pair)


def test_a_finding_elsewhere_withholds_nothing(workflow: Subject) -> None:
    assert traits(workflow, ("/inputs/note",))["region"] == "eu-central-1"


def test_members_are_there_or_not_or_only_in_some_elements(workflow: Subject) -> None:
    named = traits(workflow, __context__user_id=MISSING)
    assert named["field /context/user_id"] == MemberState.ABSENT
    assert named["field /context/region"] == MemberState.PRESENT
    assert named["field /steps/*/name"] == MemberState.PRESENT
    assert traits(workflow)["field /steps/*/governance"] == MemberState.PARTLY


def test_a_member_of_nothing_is_neither_there_nor_absent() -> None:
    assert state_of({"a": 1}, ("a", "b")) is None
    assert state_of([], (EACH, "b")) is None
    assert state_of({"a": []}, ("a", EACH)) is None


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["context", "steps", "status", "x"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(document=json)
def test_any_document_can_be_looked_at(workflow: Subject, document: Any) -> None:
    """D-15. Members that the schema does not declare are never named."""
    places = declared_places(workflow.schemas["1.2.0"])
    assert not any("/x" in name for name in document_traits(document, workflow, places, ()))


def test_where_and_when_is_known_without_looking_inside() -> None:
    assert place_traits(Source("traces.raw", 3, 9), 1_741_079_705_000, "42") == {
        "tenant": "42",
        "topic": "traces.raw",
        "partition": "traces.raw/3",
        "hour": "2025-03-04T09Z",
    }
    assert "hour" not in place_traits(Source("traces.raw", 3, 9), -1, "42")
