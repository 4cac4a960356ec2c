"""Latency figures from the tallies' histograms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.agents.audit.latency import Histogram, merge, quantile

INFINITE = float("inf")


def test_no_records_have_no_latency() -> None:
    assert quantile(merge([]), 0.5) is None


def test_a_quantile_lies_on_a_straight_line_within_its_bucket() -> None:
    histogram = Histogram((10, 20, INFINITE), (50, 50, 0), 20)
    assert quantile(histogram, 0.25) == 5
    assert quantile(histogram, 0.75) == 15


def test_the_last_bucket_ends_at_the_largest_latency() -> None:
    assert quantile(Histogram((10, INFINITE), (0, 4), 50), 1) == 50


def test_no_quantile_is_above_the_largest_latency() -> None:
    assert quantile(Histogram((10, INFINITE), (4, 0), 3), 0.99) == pytest.approx(2.97)


def test_histograms_with_other_buckets_add_up() -> None:
    merged = merge([Histogram((1, 10), (1, 2), 5), Histogram((10, 20), (3, 4), 15)])
    assert merged == Histogram((1, 10, 20), (1, 5, 4), 15)


def test_bounds_that_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="rising"):
        Histogram((2, 1), (0, 0), 0)


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1))
def test_quantiles_err_by_less_than_a_bucket(latencies: list[int]) -> None:
    bounds = (5, 10, 20, INFINITE)
    counts = [0, 0, 0, 0]
    for each in latencies:
        counts[next(index for index, bound in enumerate(bounds) if each <= bound)] += 1
    found = quantile(Histogram(bounds, tuple(counts), max(latencies)), 1)
    assert found == max(latencies) or (found is not None and found - max(latencies) < 10)
