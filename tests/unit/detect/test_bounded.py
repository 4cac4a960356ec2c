"""Findings are bounded, and none that blocks is crowded out (D-16)."""

from collections.abc import Iterator

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Finding
from assay.pipeline.detect.bounded import bounded

MILD, GRAVE = IssueCode.BUSINESS_VALUE_UNCLEAR, IssueCode.BUSINESS_STATE_INVALID


def blocks(code: IssueCode) -> bool:
    return code is GRAVE


def some(code: IssueCode, count: int) -> list[Finding]:
    return [Finding(code, f"/steps/{number}") for number in range(count)]


def test_few_findings_stay_in_the_order_of_the_rules() -> None:
    assert bounded([some(MILD, 2), some(GRAVE, 1)], 3, blocks) == (*some(MILD, 2), *some(GRAVE, 1))


def test_a_grave_one_that_comes_last_is_kept() -> None:
    assert bounded([some(MILD, 5), some(GRAVE, 1)], 3, blocks) == (*some(MILD, 2), *some(GRAVE, 1))


def test_too_many_grave_ones_are_cut() -> None:
    assert bounded([some(GRAVE, 9), some(MILD, 9)], 3, blocks) == tuple(some(GRAVE, 3))


def test_doubles_are_dropped() -> None:
    assert bounded([some(GRAVE, 2), some(GRAVE, 2)], 9, blocks) == tuple(some(GRAVE, 2))


def test_a_rule_is_not_asked_for_more_than_fit() -> None:
    """However long the list is that it goes over."""
    asked = []

    def endless() -> Iterator[Finding]:
        while True:
            asked.append(1)
            yield Finding(GRAVE, f"/{len(asked)}")

    assert len(bounded([endless()], 7, blocks)) == 7
    assert len(asked) == 7
