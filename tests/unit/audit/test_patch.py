"""The auditor's own hand at JSON Patch does what RFC 6902 says, and what the library does that it is to check."""

import copy
from typing import Any

import jsonpatch
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st
from jsonpointer import JsonPointerException

from assay.agents.audit.observe import canonical
from assay.agents.audit.patch import PatchError, apply

names = st.sampled_from(["a", "b", "a/b", "m~n", "", "0"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 0.5]) | st.sampled_from(["x", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("document", "patch", "after"),
    [
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "q"}], {"foo": "bar", "baz": "q"}),
        ({"foo": ["a", "b"]}, [{"op": "add", "path": "/foo/1", "value": "q"}], {"foo": ["a", "q", "b"]}),
        ({"foo": ["a"]}, [{"op": "add", "path": "/foo/-", "value": ["b"]}], {"foo": ["a", ["b"]]}),
        ({"a": 1, "b": 2}, [{"op": "remove", "path": "/a"}], {"b": 2}),
        ({"a": [1, 2, 3]}, [{"op": "remove", "path": "/a/1"}], {"a": [1, 3]}),
        ({"a": 1}, [{"op": "replace", "path": "/a", "value": None}], {"a": None}),
        (
            {"a": {"b": 1}, "c": {}},
            [{"op": "move", "from": "/a/b", "path": "/c/d"}],
            {"a": {}, "c": {"d": 1}},
        ),
        ({"a": [1, 2, 3]}, [{"op": "move", "from": "/a/0", "path": "/a/2"}], {"a": [2, 3, 1]}),
        ({"a": [1]}, [{"op": "copy", "from": "/a", "path": "/b"}], {"a": [1], "b": [1]}),
        ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
        ({"a": 1}, [{"op": "replace", "path": "", "value": [1]}], [1]),
        ({"a": 1}, [{"op": "add", "path": "/b", "value": 2, "extra": 3}], {"a": 1, "b": 2}),
    ],
)
def test_it_does_what_the_rfc_says(document: Any, patch: Any, after: Any) -> None:
    """The examples of its appendix A."""
    assert apply(document, patch) == after


@pytest.mark.parametrize(
    ("document", "patch"),
    [
        ({}, [{"op": "remove", "path": "/a"}]),
        ({}, [{"op": "replace", "path": "/a", "value": 1}]),
        ({}, [{"op": "add", "path": "/a/b", "value": 1}]),
        ({}, [{"op": "add", "path": "a", "value": 1}]),
        ({}, [{"op": "add", "path": "/a"}]),
        ({}, [{"op": "grow", "path": "/a"}]),
        ({}, [{"path": "/a"}]),
        ({}, ["add"]),
        ({}, {"op": "add"}),
        ({}, [{"op": "remove", "path": ""}]),
        ([1], [{"op": "add", "path": "/2", "value": 1}]),
        ([1], [{"op": "add", "path": "/01", "value": 1}]),
        ([1], [{"op": "add", "path": "/-1", "value": 1}]),
        ([1], [{"op": "replace", "path": "/-", "value": 1}]),
        ([1], [{"op": "replace", "path": f"/{'9' * 30}", "value": 1}]),
        ("x", [{"op": "add", "path": "/a", "value": 1}]),
        ({"a": 1}, [{"op": "test", "path": "/a", "value": True}]),
        ({"a": {"b": 1}}, [{"op": "move", "from": "/a", "path": "/a/b/c"}]),
        ({}, [{}] * 100_001),
    ],
)
def test_what_does_not_fit_is_refused(document: Any, patch: Any) -> None:
    with pytest.raises(PatchError):
        apply(document, patch)


@given(documents, documents)
def test_it_agrees_with_the_library(before: Any, after: Any) -> None:
    """Where the library is right: of some arrays it makes patches that it cannot apply, or that RFC 6902 forbids."""
    patch = jsonpatch.make_patch(before, after)
    assume(
        not any(step["path"].startswith(f"{step['from']}/") for step in patch.patch if step["op"] == "move")
    )
    try:
        library = jsonpatch.apply_patch(before, patch)
    except (jsonpatch.JsonPatchException, JsonPointerException):
        reject()
    assert canonical(apply(copy.deepcopy(before), copy.deepcopy(patch.patch))) == canonical(library)
