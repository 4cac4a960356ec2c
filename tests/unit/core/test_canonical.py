"""Canonical JSON: equal documents have equal bytes (RFC 8785)."""

import json
import random

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.canonical import canonical, content_id
from assay.pipeline.core.document import Json


def test_the_example_of_the_rfc() -> None:
    """RFC 8785, section 3.2.3: keys by UTF-16 code units, numbers as ECMAScript writes them."""
    document: Json = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert (
        canonical(document)
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


@given(st.data())
@settings(deadline=None)
def test_it_is_the_same_document_whatever_the_order_of_its_keys(
    documents: st.SearchStrategy[Json], data: st.DataObject
) -> None:
    document = data.draw(documents)
    written = canonical(document)
    again = json.loads(
        written, parse_int=float
    )  # the RFC's numbers are doubles: 1e16 is written without an exponent
    assert again == document
    assert canonical(shuffled(document, random.Random(data.draw(st.integers())))) == written
    assert content_id(document) == content_id(again)


def shuffled(document: Json, seed: random.Random) -> Json:
    match document:
        case dict():
            keys = list(document)
            seed.shuffle(keys)
            return {key: shuffled(document[key], seed) for key in keys}
        case list():
            return [shuffled(element, seed) for element in document]
        case _:
            return document


@given(st.data())
@settings(deadline=None)
def test_different_documents_have_different_ids(
    documents: st.SearchStrategy[Json], data: st.DataObject
) -> None:
    one, other = data.draw(documents), data.draw(documents)
    assert (content_id(one) == content_id(other)) is (canonical(one) == canonical(other))
    assert len(content_id(one)) == 64


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 2**53, -(2**53)])
def test_what_has_no_canonical_form_is_refused(value: Json) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical({"a": [value]})
