"""Counting honestly: exact chances, corrected for all that was looked at (S0-96)."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.investigate.correction import corrected
from assay.pipeline.investigate.fisher import Table, p_more_frequent
from assay.pipeline.investigate.spread import Range, spread

cells = st.integers(0, 60)
tables = st.builds(Table, cells, cells, cells, cells).filter(lambda table: sum(table) > 0)


def by_counting(table: Table) -> float:
    """The same chance in whole numbers, from the definition."""
    a, b, c, d = table
    highest = min(a + b, a + c)
    ways = sum(comb(a + c, x) * comb(b + d, a + b - x) for x in range(a, highest + 1) if a + b - x >= 0)
    return float(Fraction(ways, comb(sum(table), a + b)))


@given(tables)
def test_the_chance_is_exact(table: Table) -> None:
    assert p_more_frequent(table) == pytest.approx(by_counting(table), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("table", "chance"),
    [
        (Table(3, 1, 1, 3), 17 / 70),  # Fisher's lady and her tea
        (Table(4, 0, 0, 4), 1 / 70),
        (Table(0, 4, 4, 0), 1.0),
        (Table(1, 0, 0, 0), 1.0),
        (Table(2, 3, 0, 0), 1.0),
    ],
)
def test_known_tables(table: Table, chance: float) -> None:
    assert p_more_frequent(table) == pytest.approx(chance)


def test_a_chance_too_small_for_one_minus_is_not_lost() -> None:
    chance = p_more_frequent(Table(900, 100, 10, 9990))
    assert 0 < chance < 1e-300 or chance == 0.0
    assert 0 < p_more_frequent(Table(200, 0, 0, 200)) < 1e-100


@given(tables)
def test_more_of_it_among_failing_ones_is_never_likelier(table: Table) -> None:
    a, b, c, d = table
    if b and c:
        assert p_more_frequent(Table(a + 1, b - 1, c - 1, d + 1)) <= p_more_frequent(table) + 1e-12


@given(st.lists(st.floats(0, 1), max_size=30))
def test_the_correction_keeps_the_order_and_never_makes_a_chance_smaller(chances: list[float]) -> None:
    after = corrected(chances)
    assert all(before <= later <= 1 for before, later in zip(chances, after, strict=True))
    assert [after[index] for index in sorted(range(len(chances)), key=chances.__getitem__)] == sorted(after)


def test_the_correction_of_a_textbook() -> None:
    assert corrected([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


ranges = st.lists(
    st.builds(
        lambda p, s, n: Range("t", p, s, s + n), st.integers(0, 3), st.integers(0, 50), st.integers(0, 40)
    ),
    max_size=4,
    unique_by=lambda each: each.partition,
)


@given(ranges, st.integers(0, 60))
def test_a_sample_is_of_offsets_that_there_are_each_once(given_ranges: list[Range], most: int) -> None:
    chosen = spread(given_ranges, most)
    inside = {(each.topic, each.partition): range(each.start, each.end) for each in given_ranges}
    assert all(set(offsets) <= set(inside[place]) for place, offsets in chosen.items())
    assert all(offsets == sorted(set(offsets)) for offsets in chosen.values())
    total = sum(len(each) for each in inside.values())
    assert sum(map(len, chosen.values())) == min(most, total)


def test_a_sample_keeps_step_with_nobody() -> None:
    """Every eighth record is of one producer: of the sample it is about an eighth, not all or none."""
    (offsets,) = spread([Range("t", 0, 0, 80_000)], 10_000).values()
    share = sum(offset % 8 == 0 for offset in offsets) / len(offsets)
    assert 0.11 < share < 0.14


def test_a_sample_is_spread_by_traffic() -> None:
    chosen = spread([Range("t", 0, 0, 9000), Range("t", 1, 500, 1500)], 100)
    assert len(chosen["t", 0]) == 90
    assert len(chosen["t", 1]) == 10
