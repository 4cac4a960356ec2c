"""The id of a bundle: the same for the same content, another for anything a verdict could depend on."""

import json

import pytest

from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.content import exact
from assay.pipeline.policy.parse import load_bundle


def test_layout_comments_and_order_of_files_do_not_change_the_id(
    files: dict[str, bytes], small: Bundle
) -> None:
    schema = json.loads(files["schemas/order/2.0.0.json"])
    files["schemas/order/2.0.0.json"] = json.dumps(schema, indent=7, sort_keys=True).encode()
    files["policies/limits.yaml"] = b"# not so deep\nmax_depth:    32"
    again = load_bundle(dict(reversed(files.items())))
    assert again.bundle_id == small.bundle_id
    assert len(again.bundle_id) == 64
    assert again.short_id == small.bundle_id[:12]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("schemas/order/2.0.0.json", b'"string"', b'"integer"'),
        ("schemas/order/subject.yaml", b"/tenant", b"/owner"),
        ("schemas/order/subject.yaml", b"[1.0.0]", b"[]"),
        ("schemas/order/subject.yaml", b"order_line", b"order_item"),
        ("schemas/order/subject.yaml", b"id: 7", b"id: 8"),
        ("schemas/order/2.0.0.avsc", b'"id"', b'"key"'),
        ("policies/bindings.yaml", b"tenant: acme", b"tenant: bolt"),
        ("policies/limits.yaml", b"32", b"33"),
    ],
)
def test_anything_that_a_verdict_depends_on_changes_the_id(
    files: dict[str, bytes], small: Bundle, path: str, old: bytes, new: bytes
) -> None:
    assert old in files[path]
    files[path] = files[path].replace(old, new)
    assert load_bundle(files).bundle_id != small.bundle_id


def test_integers_beyond_what_a_double_holds_have_ids_of_their_own(files: dict[str, bytes]) -> None:
    """RFC 8785 refuses integers past 2^53; a schema may have them all the same."""
    ids = set()
    for bound in (2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**200):
        files["schemas/order/2.0.0.json"] = json.dumps({"maximum": bound}).encode()
        ids.add(load_bundle(files).bundle_id)
    assert len(ids) == 7


def test_booleans_and_small_numbers_stay_what_they_are() -> None:
    assert exact({"a": [True, 1, 1.5, None, "x"]}) == {"a": [True, 1, 1.5, None, "x"]}
