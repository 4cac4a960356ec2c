"""The quick answer to "too deep?" is the thorough one (S0-14, D-15)."""

from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.decode.json_bounds import find_out_of_bounds, is_deeper

leaves: st.SearchStrategy[Json] = st.none() | st.integers(0, 9) | st.text(max_size=2)
documents: st.SearchStrategy[Json] = st.recursive(
    leaves,
    lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(max_size=1), child, max_size=3),
    max_leaves=20,
)


@given(documents, st.integers(1, 6))
def test_both_walks_agree(document: Json, max_depth: int) -> None:
    assert is_deeper(document, max_depth) == (find_out_of_bounds(document, max_depth) is not None)


def test_a_scalar_has_no_depth() -> None:
    assert not is_deeper("text", 0)
    assert is_deeper({}, 0)
