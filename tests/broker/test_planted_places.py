"""The planted bugs still have their places: seen in a second, before the long test says it in a roundabout way."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from .mutant_worker import BUGS


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_has_exactly_one_place_in_the_source_of_today(name: str) -> None:
    for change in BUGS[name].changes:
        spec = find_spec(change.module)
        assert spec is not None
        assert spec.origin is not None
        assert Path(spec.origin).read_text().count(change.old) == 1, f"{change.module}: {change.old}"


def test_there_are_at_least_ten() -> None:
    assert len(BUGS) >= 10
