"""How large a document can be at most is told by its text, so that small ones need not be counted."""

import json

from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.detect.schema import most_values

documents: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda child: st.lists(child, max_size=4) | st.dictionaries(st.text(max_size=2), child, max_size=4),
    max_leaves=30,
)


def values_in(document: Json) -> int:
    if isinstance(document, dict):
        return 1 + sum(map(values_in, document.values()))
    if isinstance(document, list):
        return 1 + sum(map(values_in, document))
    return 1


@given(documents, st.sampled_from([None, 1]))
def test_no_document_holds_more_values_than_its_text_allows(document: Json, indent: int | None) -> None:
    most = most_values(json.dumps(document, indent=indent).encode())
    assert most is None or most >= values_in(document)


def test_the_bound_is_exact_where_no_text_holds_a_comma() -> None:
    assert most_values(b'{"a":[1,2,3],"b":null}') == 6


def test_avro_says_nothing_of_its_size() -> None:
    assert most_values(b"\0\0\0\0\1,,,") is None
    assert most_values(b"") is None
