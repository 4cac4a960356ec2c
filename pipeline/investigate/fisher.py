"""Fisher's exact test of one fourfold table, one-sided: is something more frequent in the one group than chance allows?"""

from collections.abc import Callable
from math import exp, lgamma
from typing import NamedTuple

_ENOUGH = 1e-16
"""A term this small beside the sum changes no digit of it."""


class Table(NamedTuple):
    """How many traces have a trait, by group."""

    failing_with: int
    failing_without: int
    passing_with: int
    passing_without: int

    @property
    def failing_share(self) -> float:
        """Of the failing ones that have it; there is at least one."""
        return self.failing_with / (self.failing_with + self.failing_without)

    @property
    def passing_share(self) -> float:
        """Of the passing ones."""
        return self.passing_with / (self.passing_with + self.passing_without)

    @property
    def lift(self) -> float | None:
        """How many times as frequent it is in failing ones; ``None`` when no passing one has it."""
        return self.failing_share / self.passing_share if self.passing_with else None


def p_more_frequent(table: Table) -> float:
    """The chance of so many failing ones with the trait, or more, if it had nothing to do with failing.

    Exact: with the margins given, the count is hypergeometric. Small chances are computed from their own side of the
    distribution, so that they are not lost beside 1.
    """
    with_it = table.failing_with + table.passing_with
    failing = table.failing_with + table.failing_without
    without_it_passing = (
        table.passing_without - table.failing_with
    )  # of the table with nobody in the first cell
    lowest, highest = max(0, -without_it_passing), min(with_it, failing)
    mean = with_it * failing / sum(table)

    def grows(x: int) -> float:
        """The chance of x + 1 for that of x."""
        return (with_it - x) * (failing - x) / ((x + 1) * (without_it_passing + x + 1))

    def shrinks(x: int) -> float:
        """The chance of x - 1 for that of x."""
        return x * (without_it_passing + x) / ((with_it - x + 1) * (failing - x + 1))

    if table.failing_with > mean:
        return min(1.0, _tail(table, grows, 1, highest - table.failing_with))
    below = Table(
        table.failing_with - 1, table.failing_without + 1, table.passing_with + 1, table.passing_without - 1
    )
    return (
        1.0
        if table.failing_with <= lowest
        else max(0.0, 1.0 - _tail(below, shrinks, -1, below.failing_with - lowest))
    )


def _tail(table: Table, ratio: Callable[[int], float], step: int, terms: int) -> float:
    """The chance of this table and of so many further ones in that direction; each is less likely than the one before."""
    total = term = exp(_log_chance(table))
    x = table.failing_with
    for _ in range(terms):
        term *= ratio(x)
        total += term
        x += step
        if term < total * _ENOUGH:
            break
    return total


def _log_chance(table: Table) -> float:
    a, b, c, d = table
    margins = _log_factorials(a + b, c + d, a + c, b + d)
    return margins - _log_factorials(a, b, c, d, a + b + c + d)


def _log_factorials(*numbers: int) -> float:
    return sum(lgamma(number + 1) for number in numbers)
