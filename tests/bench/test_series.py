"""Figures of several rounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.bench.series import Figure, Series, percentile

COUNTS = st.dictionaries(st.integers(-5, 5000), st.integers(1, 50), min_size=1)


def test_one_disturbed_round_does_not_move_the_figure() -> None:
    assert Series("ms", (20.0, 21.0, 900.0)).figure() == Figure(21.0, 20.0, 900.0, "ms")


def test_an_even_number_of_rounds_has_its_median_between_the_middle_two() -> None:
    assert Series("ms", (40.0, 10.0, 20.0, 30.0)).median == 25.0


def test_ratios_are_taken_within_a_round() -> None:
    """A round in which the machine was slow for both says nothing about either."""
    lane, mirror = Series("1/s", (50.0, 5.0)), Series("1/s", (100.0, 10.0))

    assert lane.over(mirror) == Series("ratio", (0.5, 0.5))


def test_series_of_different_rounds_are_not_compared() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Series("1/s", (1.0, 2.0)).over(Series("1/s", (1.0,)))


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 1), (0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100)],
)
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(share: float, expected: int) -> None:
    assert percentile(dict.fromkeys(range(1, 101), 1), share) == expected


def test_of_nothing_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile({}, 0.5)


@given(COUNTS, st.floats(0, 1))
def test_a_percentile_is_a_value_that_occurred_and_enough_lie_under_it(
    counts: dict[int, int], share: float
) -> None:
    found = percentile(counts, share)

    total = sum(counts.values())
    under = sum(count for value, count in counts.items() if value < found)
    assert found in counts
    assert under + counts[found] >= share * total
    assert under == 0 or under < share * total


@given(COUNTS)
def test_percentiles_rise_with_the_share(counts: dict[int, int]) -> None:
    found = [percentile(counts, share / 20) for share in range(21)]

    assert found == sorted(found)
    assert (found[0], found[-1]) == (min(counts), max(counts))
