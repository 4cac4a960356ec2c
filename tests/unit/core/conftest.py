"""JSON documents of any shape."""

from typing import TypeAlias

import pytest
from hypothesis import strategies as st

from assay.pipeline.core.document import Json

Documents: TypeAlias = st.SearchStrategy[Json]


@pytest.fixture(scope="session")
def documents() -> Documents:
    """What RFC 8785 can write: finite numbers, integers to 2^53, text without lone surrogates."""
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    whole = st.integers(-(2**53) + 1, 2**53 - 1)
    scalars = st.none() | st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | text
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=12,
    )
