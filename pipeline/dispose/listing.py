"""The issues as an envelope lists them: all that a reader can use, in a bounded number of bytes."""

from collections.abc import Sequence

import orjson

from ..core.document import Json
from ..core.issue import Issue
from ..core.text import clip

TEXT_LIMITS = {
    "path": 2048,
    "keyword": 64,
    "message": 1024,
    "expected": 512,
    "actual_masked": 128,
    "rule": 128,
    "detector": 64,
}
"""The most characters of each text member; what is cut ends in ``…``. The schema says the same."""

_FORM_BYTES = 6 * sum(TEXT_LIMITS.values()) + 1024
"""No issue is longer as JSON: a character takes six bytes at most (``\\u0000``), and the rest of it is ours."""


def list_issues(issues: Sequence[Issue], max_issues: int, max_bytes: int) -> list[Json]:
    """The issues' JSON forms, at most ``max_issues`` of them and ``max_bytes`` long when written as JSON.

    Order is that of the detectors; when not all fit, the worst come first, so that the one which decided severity,
    team and fingerprint is never cut.
    """
    listed = [_form(issue) for issue in issues[:max_issues]]
    if len(issues) <= max_issues and (
        len(issues) * _FORM_BYTES <= max_bytes or len(orjson.dumps(listed)) <= max_bytes
    ):
        return listed
    worst_first = sorted(issues, key=lambda issue: (issue.severity.rank, issue.blocking), reverse=True)
    return _prefix([_form(issue) for issue in worst_first[:max_issues]], max_bytes)


def _form(issue: Issue) -> Json:
    return {
        "code": issue.code.value,
        "category": issue.category.value,
        "severity": issue.severity.value,
        "blocking": issue.blocking,
        **{name: clip(getattr(issue, name), limit) for name, limit in TEXT_LIMITS.items()},
    }


def _prefix(forms: list[Json], max_bytes: int) -> list[Json]:
    """As many from the front as fit; each costs its own bytes and a comma, the list two brackets."""
    left = max_bytes - 2
    for index, form in enumerate(forms):
        left -= len(orjson.dumps(form)) + 1
        if left < 0:
            return forms[:index]
    return forms
