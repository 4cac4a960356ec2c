"""Latency in buckets adds up, and says how long most traces waited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.dispose import Histogram, merge, quantile
from assay.pipeline.dispose.histogram import BOUNDS_MS, BUCKETS, bucket_of


def _of(*latencies: int) -> Histogram:
    counts = [0] * BUCKETS
    for latency in latencies:
        counts[bucket_of(latency)] += 1
    return Histogram(tuple(counts), sum(latencies), max(latencies, default=0))


some = st.lists(st.integers(0, 20_000), max_size=50)


@given(some, some)
def test_parts_add_up_to_the_whole(one: list[int], other: list[int]) -> None:
    assert merge([_of(*one), _of(*other)]) == _of(*one, *other)


@given(st.lists(some, max_size=4))
def test_the_order_of_adding_does_not_matter(parts: list[list[int]]) -> None:
    histograms = [_of(*part) for part in parts]
    assert merge(histograms) == merge(reversed(histograms))


@given(some)
def test_the_wire_form_comes_back(latencies: list[int]) -> None:
    assert Histogram.from_json(_of(*latencies).to_json()) == _of(*latencies)


@pytest.mark.parametrize(
    "change",
    [{"le": [1, 2, "+Inf"]}, {"counts": [0]}, {"counts": ["0"] * BUCKETS}, {"sum": None}],
)
def test_other_buckets_are_refused(change: dict[str, Json]) -> None:
    document = Histogram().to_json()
    with pytest.raises(ValueError, match="buckets"):
        Histogram.from_json(document | change)


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=50), st.floats(0, 1))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(latencies: list[int], q: float) -> None:
    found = quantile(_of(*latencies), q)
    ordered = sorted(latencies)
    rank = min(max(-(-q * len(ordered) // 1), 1), len(ordered))
    true = ordered[int(rank) - 1]
    index = bucket_of(true)
    assert found is not None
    low = BOUNDS_MS[index - 1] if index else 0
    high = BOUNDS_MS[index] if index < len(BOUNDS_MS) else max(latencies)
    assert min(low, max(latencies)) <= found <= high


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=50), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise_with_their_share(latencies: list[int], one: float, other: float) -> None:
    low, high = (quantile(_of(*latencies), q) for q in sorted((one, other)))
    assert low is not None
    assert high is not None
    assert low <= high <= max(latencies)


def test_a_quantile_inside_a_bucket_is_between_its_bounds() -> None:
    assert quantile(_of(*[20] * 50, *[30] * 50), 0.75) == pytest.approx(27.5)


def test_nothing_has_no_quantile() -> None:
    assert quantile(Histogram(), 0.5) is None


@pytest.mark.parametrize("q", [-0.1, 1.1, float("nan")])
def test_a_share_outside_0_to_1_is_refused(q: float) -> None:
    with pytest.raises(ValueError):
        quantile(_of(1), q)


@pytest.mark.parametrize(("latency", "bucket"), [(0, 0), (1, 0), (2, 1), (3, 2), (10_000, 24), (10_001, 25)])
def test_bounds_are_inclusive(latency: int, bucket: int) -> None:
    assert bucket_of(latency) == bucket
