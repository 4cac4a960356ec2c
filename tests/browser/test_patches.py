"""The patch that the editor makes leads from one document to the other, whatever they are (RFC 6902)."""

import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from .steps import visit

pytestmark = pytest.mark.browser
NAMES = st.text(alphabet="ab/~é_", max_size=4)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
PATCH = """async pairs => {
  const { parse, patchBetween, write } = await import('/assets/json.js');
  return pairs.map(([before, after]) => write(patchBetween(parse(before), parse(after))));
}"""


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(DOCUMENTS, DOCUMENTS), min_size=60, max_size=60))
def test_the_patch_between_two_documents_makes_one_of_the_other(
    page: Page, pairs: list[tuple[Any, Any]]
) -> None:
    """Numbers beyond what JavaScript counts with, and names with the signs of JSON Pointer, included (S0-153)."""
    if page.url == "about:blank":
        visit(page, "#/rules")
    texts = [[json.dumps(before), json.dumps(after)] for before, after in pairs]
    for (before, after), patch in zip(pairs, page.evaluate(PATCH, texts), strict=True):
        made = jsonpatch.apply_patch(before, json.loads(patch))
        assert json.dumps(made, sort_keys=True) == json.dumps(after, sort_keys=True)
