"""Is the trace in a state that its members rule out (S0-16)?"""

from collections.abc import Iterator, Mapping

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.business_settings import Presence, State, SubjectBusiness
from .moments import parse_moment
from .view import View, is_empty

_CODE = IssueCode.BUSINESS_STATE_INVALID


def known_statuses(states: Mapping[str, State]) -> frozenset[str]:
    """Every status that the table speaks of. What is none of them is the schema's to refuse."""
    named = [state.steps | state.repeated for state in states.values() if state.steps is not None]
    return frozenset(states).union(*named)


def state_findings(
    settings: SubjectBusiness, end_at: tuple[str, ...] | None, steps_at: tuple[str, ...], view: View
) -> Iterator[Finding]:
    """The end of the trace, then the status of each step, by the row of the trace's status."""
    row = settings.states.get(view.status or "")
    if row is not None:
        rule = f"states.{view.status}"
        if end_at is not None:
            yield from _end(row.ended, view.ended, format_pointer(end_at), rule)
        if row.steps is not None:
            for index in _impossible_steps(settings, row, row.steps, view):
                path = format_pointer((*steps_at, index, settings.steps.status or ""))
                expected = f"one of: {', '.join(sorted(row.steps))}"
                yield _contradiction(path, expected, "another status", rule)
    members = settings.steps
    if members.status is None or members.ended is None or not settings.unfinished:
        return
    for index, step in enumerate(view.steps):
        if not isinstance(step, dict):
            continue
        status, ended = step.get(members.status), step.get(members.ended)
        if isinstance(status, str) and status in settings.unfinished and parse_moment(ended) is not None:
            path = format_pointer((*steps_at, index, members.ended))
            yield _contradiction(path, "no end while it is not finished", mask(ended), "steps.unfinished")


def _end(presence: Presence, ended: Json, path: str, rule: str) -> Iterator[Finding]:
    """An end that cannot be read counts neither as there nor as absent: the schema detector tells of it."""
    if presence is Presence.REQUIRED and is_empty(ended):
        yield _contradiction(path, "present in this status", "missing", rule)
    elif presence is Presence.FORBIDDEN and parse_moment(ended) is not None:
        yield _contradiction(path, "absent in this status", mask(ended), rule)


def _impossible_steps(
    settings: SubjectBusiness, row: State, allowed: frozenset[str], view: View
) -> Iterator[int]:
    """Where the steps are that the row rules out; one that was made good later is none of them."""
    member = settings.steps.status
    if member is None:
        return
    known = known_statuses(settings.states)
    last: dict[tuple[Json, Json], int] | None = None
    for index, step in enumerate(view.steps):
        status = step.get(member) if isinstance(step, dict) else None
        if (
            not isinstance(step, dict)
            or not isinstance(status, str)
            or status in allowed
            or status not in known
        ):
            continue
        if status in row.repeated:
            last = _last_good(settings, allowed, view) if last is None else last
            if last.get(_task(settings, step), -1) > index:
                continue
        yield index


def _last_good(
    settings: SubjectBusiness, allowed: frozenset[str], view: View
) -> dict[tuple[Json, Json], int]:
    """For each type and name of steps, the index of the last one whose status is allowed."""
    found: dict[tuple[Json, Json], int] = {}
    for index, step in enumerate(view.steps):
        if isinstance(step, dict) and settings.steps.status is not None:
            status = step.get(settings.steps.status)
            if isinstance(status, str) and status in allowed:
                found[_task(settings, step)] = index
    return found


def _task(settings: SubjectBusiness, step: dict[str, Json]) -> tuple[Json, Json]:
    """What a step does: steps that repeat one another have this in common."""
    step_type, name = (step.get(key) if key else None for key in (settings.steps.type, settings.steps.name))
    return (
        step_type if isinstance(step_type, str) else None,
        name if isinstance(name, str) else None,
    )


def _contradiction(path: str, expected: str, actual: str, rule: str) -> Finding:
    return Finding(_CODE, path=path, expected=expected, actual_masked=actual, rule=rule)
