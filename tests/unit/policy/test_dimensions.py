"""Key ``dimensions`` of subject.yaml: members of few values, which may be named when traces are compared (S0-96)."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.lint.lint import lint
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.shown import shown

Problems = Callable[[Mapping[str, bytes]], tuple[Problem, ...]]
EVENT = "schemas/event/subject.yaml"


def with_dimensions(files: dict[str, bytes], written: bytes) -> dict[str, bytes]:
    return {**files, EVENT: files[EVENT] + b"dimensions: " + written + b"\n"}


def test_dimensions_are_read_and_part_of_what_the_bundles_id_names(
    files: dict[str, bytes], small: Bundle
) -> None:
    bundle = load_bundle(with_dimensions(files, b"{region: /where/region, plan: /who/plan~1kind}"))
    assert bundle.subjects["event"].dimensions == {
        "region": ("where", "region"),
        "plan": ("who", "plan/kind"),
    }
    assert small.subjects["event"].dimensions == {}
    assert bundle.bundle_id != small.bundle_id


@pytest.mark.parametrize(
    ("written", "place", "why"),
    [
        (b"[region]", "dimensions", "is not a mapping"),
        (b"{region: where}", "dimensions.region", "is not a JSON Pointer"),
        (b"{Region: /where}", "dimensions.Region", "is no name for a dimension"),
        (b"{tenant: /who}", "dimensions.tenant", "is no name for a dimension"),
        (b"{hour: /who}", "dimensions.hour", "is no name for a dimension"),
        (b"{" + b", ".join(b"d%d: /d" % n for n in range(21)) + b"}", "dimensions", "are more than 20"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    files: dict[str, bytes], problems: Problems, written: bytes, place: str, why: str
) -> None:
    found = problems(with_dimensions(files, written))
    assert any(place in problem.where and why in problem.why for problem in found), found


def test_a_dimension_that_leads_nowhere_is_a_warning(files: dict[str, bytes]) -> None:
    schema = b'{"type": "object", "properties": {"who": {}, "kind": {}}}'
    grown = with_dimensions(files, b"{region: /where}") | {"schemas/event/1.0.0.json": schema}
    assert [note.place for note in lint(grown)[1] if "dimensions" in note.place] == ["dimensions.region"]


def test_policy_show_and_diff_name_them(files: dict[str, bytes]) -> None:
    document: Any = shown(load_bundle(with_dimensions(files, b"{region: /where}")))
    assert document["subjects"]["event"]["dimensions"] == {"region": "/where"}
