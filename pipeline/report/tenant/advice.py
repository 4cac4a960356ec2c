"""What to do about a tenant's problems: by code, by producer version, by category (S0-168)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...core.code_words import REMEDIES
from ...core.codes import IssueCode
from ...core.issue import Category
from ...core.word import Word
from .book import Problem

MOST_OF = 0.8
"""A version that has so large a share of a problem's traces is named."""
LEAST_TRACES = 5
"""Of fewer traces a share says nothing."""


class AdviceKind(Word):
    """Why something is recommended."""

    CODE = "code"
    """What helps against every problem of this code."""
    VERSION = "producer_version"
    """Nearly all traces with the problem come from one version."""
    CATEGORY = "category"
    """What helps against a whole category."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommendation."""

    kind: AdviceKind
    about: str
    """The code, the fingerprint or the category that it is about."""
    text: str
    traces: int
    """That it would help, at most: a trace may have several problems."""


_CATEGORIES: Final[Mapping[Category, str]] = {
    Category.SCHEMA: "Generate traces from the current schema version, and check them before they are published.",
    Category.SECURITY: "Go through everything that is written into traces for personal data and secrets, and mask it before.",
    Category.COMPLIANCE: "Write governance and audit trail in the one place that takes the decisions.",
    Category.BUSINESS_LOGIC: "Set state, times and totals in one place of the code, and test them together.",
    Category.PERFORMANCE: "Bound the size and depth of traces where they are collected.",
}
_UNKNOWN = "This code is newer than the report: ask the operators."


def advice(problems: Sequence[Problem]) -> tuple[Advice, ...]:
    """What helps most traces first; by code before by version before by category."""
    kinds = [*AdviceKind]
    found = [*_by_code(problems), *_by_version(problems), *_by_category(problems)]
    return tuple(sorted(found, key=lambda each: (kinds.index(each.kind), -each.traces, each.about)))


def remedy_of(code: str) -> str:
    """What helps against a code."""
    return REMEDIES[IssueCode(code)] if code in _KNOWN else _UNKNOWN


_KNOWN = frozenset(code.value for code in IssueCode)


def _by_code(problems: Sequence[Problem]) -> Iterator[Advice]:
    traces: dict[str, int] = {}
    for problem in problems:
        traces[problem.code] = traces.get(problem.code, 0) + problem.traces
    for code, number in traces.items():
        yield Advice(AdviceKind.CODE, code, f"{code}: {remedy_of(code)}", number)


def _by_version(problems: Sequence[Problem]) -> Iterator[Advice]:
    for problem in problems:
        (producer, version), traces = problem.producers.most_common(1)[0]
        if traces >= LEAST_TRACES and traces >= MOST_OF * problem.traces:
            others = "others have it, too" if traces < problem.traces else "no other has it"
            text = f"Look at what changed in {producer} {version}: {traces:,} of {problem.traces:,} traces with {problem.code} come from it, {others}."
            yield Advice(AdviceKind.VERSION, problem.fingerprint, text, traces)


def _by_category(problems: Sequence[Problem]) -> Iterator[Advice]:
    traces: dict[Category, int] = {}
    for problem in problems:
        traces[problem.category] = traces.get(problem.category, 0) + problem.traces
    for category, number in traces.items():
        yield Advice(AdviceKind.CATEGORY, category.value, _CATEGORIES[category], number)
