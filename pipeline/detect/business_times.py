"""Does everything end after it began, and does every step lie within its trace (S0-17)?"""

from collections.abc import Iterator
from typing import Final

from ..core.codes import IssueCode
from ..core.document import format_pointer
from ..core.issue import Finding
from ..policy.business_settings import SubjectBusiness
from .moments import parse_moment
from .view import View

NANOS_PER_MILLI: Final = 1_000_000


def time_findings(
    settings: SubjectBusiness, end_at: tuple[str, ...] | None, steps_at: tuple[str, ...], view: View
) -> Iterator[Finding]:
    """Times that cannot be read, or are not there, are not compared."""
    started, ended = parse_moment(view.started), parse_moment(view.ended)
    reversed_trace = started is not None and ended is not None and ended < started
    if reversed_trace and end_at is not None:
        yield _contradiction(format_pointer(end_at), "not before the start", "earlier", "ends_after_start")
    members = settings.steps
    if members.started is None and members.ended is None:
        return
    slack = settings.tolerance_ms * NANOS_PER_MILLI
    first = None if started is None or reversed_trace else started - slack
    last = None if ended is None or reversed_trace else ended + slack
    for index, step in enumerate(view.steps):
        if not isinstance(step, dict):
            continue
        begin = parse_moment(step.get(members.started)) if members.started else None
        end = parse_moment(step.get(members.ended)) if members.ended else None
        if begin is not None and end is not None and end < begin:
            path = format_pointer((*steps_at, index, members.ended or ""))
            yield _contradiction(path, "not before the step's start", "earlier", "step_ends_after_start")
            continue
        for moment, member in ((begin, members.started), (end, members.ended)):
            if moment is None or member is None:
                continue
            early = first is not None and moment < first
            if early or (last is not None and moment > last):
                path = format_pointer((*steps_at, index, member))
                yield _contradiction(
                    path, "within the trace", "earlier" if early else "later", "step_within_trace"
                )


def _contradiction(path: str, expected: str, actual: str, rule: str) -> Finding:
    return Finding(
        IssueCode.BUSINESS_INCONSISTENT, path=path, expected=expected, actual_masked=actual, rule=rule
    )
