"""The working copy: what it became is its patch on what it was, and the inverse gives that back (D-09)."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.errors import PatchError
from assay.pipeline.core.json_patch import apply_patch
from assay.pipeline.remediate.draft import MOST_CHANGES, Draft
from assay.pipeline.remediate.fault import FaultKind, StepFault

from .conftest import same_json

NAMES = st.sampled_from(["a", "b", "c~/", "", "-", "0", "1", "ü"])
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, -1.5]) | st.text(max_size=2)
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
PLACES = st.lists(NAMES | st.just("2"), max_size=3).map(tuple)
CHANGES = st.lists(
    st.tuples(st.just("write"), PLACES, DOCUMENTS)
    | st.tuples(st.just("remove"), PLACES, st.none())
    | st.tuples(st.just("move"), PLACES, PLACES),
    max_size=8,
)


def work(draft: Draft, changes: list[Any]) -> None:
    for word, place, what in changes:
        try:
            match word:
                case "write":
                    draft.write(place, what)
                case "remove":
                    draft.remove(place)
                case _:
                    draft.move(place, what)
        except StepFault:
            pass


@given(DOCUMENTS, CHANGES)
def test_the_patch_makes_it_and_the_inverse_unmakes_it(document: Any, changes: list[Any]) -> None:
    """Promise 2, by another implementation of RFC 6902 than the one that writes the patch."""
    draft = Draft(copy.deepcopy(document))
    work(draft, changes)
    patch, inverse = draft.since(0)
    assert same_json(apply_patch(document, patch), draft.document)
    assert same_json(apply_patch(draft.document, inverse), document)


@given(DOCUMENTS, CHANGES, CHANGES)
def test_what_is_undone_never_was(document: Any, before: list[Any], failed: list[Any]) -> None:
    """S0-129: a rule that fails midway leaves what it got."""
    draft = Draft(copy.deepcopy(document))
    work(draft, before)
    kept, mark, patch = copy.deepcopy(draft.document), draft.changes, copy.deepcopy(draft.patch)
    work(draft, failed)
    draft.undo(mark)
    assert same_json(draft.document, kept)
    assert draft.patch == patch


def test_the_same_value_is_no_change() -> None:
    draft = Draft({"a": {"b": [1, 2]}})
    draft.write(("a",), {"b": [1, 2]})
    assert draft.patch == []
    draft.write(("a", "b", "0"), 1.0)
    draft.write(("a", "b", "1"), "2")
    assert [step["value"] for step in draft.patch] == [1.0, "2"]


@pytest.mark.parametrize(
    ("word", "place", "kind"),
    [
        ("write", (), FaultKind.WHOLE_TRACE),
        ("write", ("x", "y"), FaultKind.PARENT_MISSING),
        ("write", ("list", "7"), FaultKind.PARENT_MISSING),
        ("write", ("list", "-"), FaultKind.PARENT_MISSING),
        ("write", ("text", "y"), FaultKind.PARENT_MISSING),
        ("remove", ("list", "0"), FaultKind.LIST_ELEMENT),
    ],
)
def test_what_cannot_be_done_is_a_fault_and_changes_nothing(
    word: str, place: tuple[str, ...], kind: FaultKind
) -> None:
    draft = Draft({"list": [1], "text": "t"})
    with pytest.raises(StepFault) as fault:
        draft.write(place, 1) if word == "write" else draft.remove(place)
    assert (fault.value.kind, draft.patch) == (kind, [])


def test_nothing_is_moved_into_itself() -> None:
    draft = Draft({"a": {}})
    with pytest.raises(StepFault, match="into_itself"):
        draft.move(("a",), ("a", "b"))
    assert draft.document == {"a": {}}


def test_there_is_an_end_to_changes() -> None:
    draft = Draft({})
    for number in range(MOST_CHANGES):
        draft.write((str(number),), 0)
    with pytest.raises(StepFault, match="too_many_changes"):
        draft.write(("one more",), 0)


def test_a_value_of_the_policy_is_not_changed_by_later_steps() -> None:
    declared: Any = {"list": [1]}
    draft = Draft({})
    draft.write(("a",), declared)
    draft.write(("a", "list", "0"), 2)
    assert declared == {"list": [1]}
    assert draft.patch[0]["value"] == {"list": [1]}


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "remove", "path": "/secret-name"}],
        [{"op": "test", "path": "/a", "value": "not the secret"}],
        [{"op": "fly", "path": "/a"}],
        [{"path": "/a"}],
        [{"op": "add", "path": 7, "value": 1}],
        [{"op": "add", "path": "/a"}],
        [{"op": "move", "path": "/z"}],
        [{"op": "move", "from": "/secret", "path": "/z"}],
        [{"op": "copy", "from": None, "path": "/z"}],
        ["secret"],
        [None],
        [{"op": "replace", "path": "/b/c/d", "value": 1}],
    ],
)
def test_a_patch_that_does_not_fit_is_refused_without_a_word_of_it(patch: list[Any]) -> None:
    """Promise 4: the library's own texts quote values."""
    with pytest.raises(PatchError) as refused:
        apply_patch({"a": "secret"}, patch)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
