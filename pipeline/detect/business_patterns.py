"""Do steps repeat or fail as they do in loops and retry storms (S0-28)?"""

from collections import Counter
from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..policy.business_settings import SubjectBusiness
from .view import View


def pattern_findings(settings: SubjectBusiness, steps_at: tuple[str, ...], view: View) -> Iterator[Finding]:
    """At the first step that is one too many of its type and name; steps without a name are not counted."""
    patterns, members = settings.patterns, settings.steps
    repeats: Counter[tuple[Json, str]] = Counter()
    failures: Counter[tuple[Json, str]] = Counter()
    for index, step in enumerate(view.steps):
        name = step.get(members.name) if isinstance(step, dict) and members.name else None
        if not isinstance(step, dict) or not isinstance(name, str):
            continue
        step_type = step.get(members.type) if members.type else None
        task = (step_type if isinstance(step_type, str) else None, name)
        repeats[task] += 1
        if patterns.most_repeats is not None and repeats[task] == patterns.most_repeats + 1:
            yield _unusual(
                (*steps_at, index), f"at most {patterns.most_repeats} steps like it", "step_repeats"
            )
        status = step.get(members.status) if members.status else None
        if not isinstance(status, str) or status not in patterns.failed:
            continue
        failures[task] += 1
        if patterns.most_failures is not None and failures[task] == patterns.most_failures + 1:
            yield _unusual(
                (*steps_at, index), f"at most {patterns.most_failures} failures of it", "step_failures"
            )


def _unusual(path: tuple[str | int, ...], expected: str, rule: str) -> Finding:
    return Finding(
        IssueCode.BUSINESS_PATTERN_UNUSUAL,
        path=format_pointer(path),
        expected=expected,
        actual_masked="more",
        rule=rule,
    )
