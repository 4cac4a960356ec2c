"""What may be said of a value: its type and size, never a part of it (promise 4)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.core.masking import mask


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        (None, "null"),
        (True, "boolean"),
        (0, "integer"),
        (4111111111111111, "integer"),
        (2.5, "number"),
        ("geheim", "string(6)"),
        ("", "string(0)"),
        ([1, 2], "array(2)"),
        ({"geheim": 1}, "object(1)"),
    ],
)
def test_each_type_has_its_mask(value: Json, masked: str) -> None:
    assert mask(value) == masked


@given(st.data())
@settings(deadline=None)
def test_a_mask_is_one_of_seven_words_and_a_size(
    documents: st.SearchStrategy[Json], data: st.DataObject
) -> None:
    masked = mask(data.draw(documents))
    assert re.fullmatch(r"null|boolean|integer|number|(string|array|object)\(\d+\)", masked)


@given(st.integers(0, 20).flatmap(lambda size: st.tuples(*[st.text(min_size=size, max_size=size)] * 2)))
@settings(deadline=None)
def test_texts_of_one_length_look_the_same(texts: tuple[str, str]) -> None:
    assert mask(texts[0]) == mask(texts[1])


@given(st.integers(), st.integers())
@settings(deadline=None)
def test_all_integers_look_the_same(one: int, other: int) -> None:
    assert mask(one) == mask(other)
