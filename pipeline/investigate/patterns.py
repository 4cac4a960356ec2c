"""What failing traces have in common that passing ones do not (S0-96), and how likely chance alone would show as much."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .correction import corrected
from .fisher import Table, p_more_frequent
from .traits import Trait, Traits

MOST_VALUES = 50
"""A dimension with more values than this tells traces apart, not groups of them: it is left out, and named."""
MOST_CHANCE = 0.05
"""Corrected for all that was looked at; above it nothing is called a pattern."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A trait that is more frequent among failing traces."""

    trait: Trait
    table: Table
    chance: float
    """By Fisher's exact test, for this trait alone."""
    corrected: float
    """For all traits that were tested (Holm)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing two groups of traces."""

    failing: int
    passing: int
    tested: int
    """Traits that were looked at: each is a chance to be wrong."""
    patterns: tuple[Pattern, ...]
    """The least likely by chance first; at most ``MOST_CHANCE`` each."""
    left_out: tuple[str, ...]
    """Dimensions of too many values."""


def compare(failing: Sequence[Traits], passing: Sequence[Traits], *, support: int) -> Comparison:
    """Compare trait by trait. A trace of which a dimension is not known counts for none of its values.

    ``support``: only traits of at least so many traces of both groups together are tested, so that what is tested does not
    depend on where they are found; only those of at least so many failing ones are reported.
    """
    counts = _Counts(failing, passing)
    tables = {trait: table for trait, table in counts.tables() if _is_testable(table, support)}
    chances = [p_more_frequent(table) for table in tables.values()]
    found = [
        Pattern(trait, table, chance, after)
        for (trait, table), chance, after in zip(tables.items(), chances, corrected(chances), strict=True)
        if after <= MOST_CHANCE and table.failing_with >= support
    ]
    found.sort(key=lambda each: (each.chance, -each.table.failing_share, each.trait))
    return Comparison(len(failing), len(passing), len(tables), tuple(found), counts.left_out)


class _Counts:
    def __init__(self, failing: Sequence[Traits], passing: Sequence[Traits]) -> None:
        self._failing = Counter(_traits(failing))
        self._passing = Counter(_traits(passing))
        self._known_failing = Counter(trait.dimension for trait in self._failing.elements())
        self._known_passing = Counter(trait.dimension for trait in self._passing.elements())
        values = Counter(trait.dimension for trait in self._failing.keys() | self._passing.keys())
        self.left_out = tuple(sorted(name for name, count in values.items() if count > MOST_VALUES))

    def tables(self) -> Iterator[tuple[Trait, Table]]:
        for trait in sorted(self._failing.keys() | self._passing.keys()):
            if trait.dimension in self.left_out:
                continue
            bad, good = self._failing[trait], self._passing[trait]
            yield (
                trait,
                Table(
                    bad,
                    self._known_failing[trait.dimension] - bad,
                    good,
                    self._known_passing[trait.dimension] - good,
                ),
            )


def _is_testable(table: Table, support: int) -> bool:
    """By the margins alone: often enough, not in all, and both groups are there to compare."""
    bad, good = table.failing_with + table.failing_without, table.passing_with + table.passing_without
    with_it = table.failing_with + table.passing_with
    return bad > 0 and good > 0 and support <= with_it < bad + good


def _traits(traces: Iterable[Traits]) -> Iterator[Trait]:
    return (Trait(*pair) for traits in traces for pair in traits.items())
