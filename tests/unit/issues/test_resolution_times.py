"""How long problems lasted, in a few numbers (S0-189, D-05)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.issues.resolution_times import BOUNDS_S, resolution_times


def group(*lasted_s: int, became: str = "resolved") -> dict[str, Any]:
    transitions = [
        {
            "became": became,
            "cause": "q/0/1",
            "opened_at": rfc3339(0),
            "at": rfc3339(lasted * NANOS_PER_SECOND),
            "severity": "high",
        }
        for lasted in lasted_s
    ]
    return {"category": "schema", "transitions": transitions}


def test_each_resolution_falls_into_one_bucket() -> None:
    found = resolution_times(
        [group(300, 301), group(900, 90_000), group(5, became="ignored"), {"shortened": True}]
    )
    assert found.resolved == 4
    assert found.buckets == (1, 2, 0, 0, 0, 1)
    assert (found.median_s, found.most_s) == (301, 90_000)


def test_without_a_resolution_there_is_no_time() -> None:
    """Not nought: a dash is shown for it (S0-80)."""
    assert resolution_times([group()]) == (0, None, None, (0,) * (len(BOUNDS_S) + 1))


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_quantiles_are_times_that_there_were(lasted: list[int]) -> None:
    found = resolution_times(group(each) for each in lasted)
    assert found.median_s in lasted
    assert found.most_s in lasted
    assert sum(each <= (found.most_s or 0) for each in lasted) >= 0.95 * len(lasted)
    assert sum(found.buckets) == len(lasted)
