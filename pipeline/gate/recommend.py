"""From the issues of a trace to what its producer should do (S0-164 … S0-166)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.codes import IssueCode
from ..core.issue import Issue
from ..policy.bundle import Bundle
from .advice import ADVICE, TEXTS, Advice


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One piece of advice, and what it is based on."""

    advice: Advice
    text: str
    codes: tuple[IssueCode, ...]
    """The codes that call for it, each once, in the order in which they were found."""
    paths: tuple[str, ...]
    """Where, as JSON Pointers, each once; at most :data:`MOST_PATHS`."""


MOST_PATHS = 20


def recommendations(issues: Sequence[Issue], bundle: Bundle, subject: str) -> tuple[Recommendation, ...]:
    """Each piece of advice once, in the order of :class:`Advice`; none for a trace without issues."""
    grouped: dict[Advice, list[Issue]] = {}
    for issue in issues:
        grouped.setdefault(ADVICE[issue.code], []).append(issue)
    return tuple(
        Recommendation(
            advice,
            _text(advice, bundle, subject),
            tuple(dict.fromkeys(issue.code for issue in grouped[advice])),
            tuple(dict.fromkeys(issue.path for issue in grouped[advice]))[:MOST_PATHS],
        )
        for advice in Advice
        if advice in grouped
    )


def _text(advice: Advice, bundle: Bundle, subject: str) -> str:
    """For schemas it names the version to go to; a trace of no known subject is told of all there are."""
    if advice is not Advice.SCHEMA:
        return TEXTS[advice]
    known = [bundle.subjects[subject]] if subject in bundle.subjects else bundle.subjects.values()
    versions = sorted(f"{each.name} {each.current_version}" for each in known)
    return f"{TEXTS[advice]} Latest: {', '.join(versions)}."
