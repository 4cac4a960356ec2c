"""Do numbers agree with what they are the total of (S0-17)?"""

from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.business_settings import Relation, Source, StepMembers, SubjectBusiness, Total
from .moments import parse_moment
from .view import View, at

Number = int | float
_MOST = 2**63
"""Larger amounts are none: they could not be compared exactly, or at all."""


def total_findings(settings: SubjectBusiness, view: View) -> Iterator[Finding]:
    """One for each total that does not add up. Where a part is missing, or no number, nothing is compared."""
    for total in settings.totals:
        stated = amount(at(view.document, total.total))
        parts = None if stated is None else _sum(total, settings.steps, view)
        if stated is not None and parts is not None and not adds_up(total, stated, parts):
            yield Finding(
                IssueCode.BUSINESS_INCONSISTENT,
                path=format_pointer(total.total),
                expected=f"{total.relation.value.replace('_', ' ')} the {total.source.value.replace('_', ' ')}",
                actual_masked=mask(stated),
                rule=total.rule,
            )


def amount(value: Json) -> Number | None:
    """A number that can be one side of a total; negative ones are the schema's to refuse."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return value if value <= _MOST else None
    return None


def adds_up(total: Total, stated: Number, parts: Number) -> bool:
    """Whether the relation holds, within the tolerance. ``parts`` are nanoseconds where the source is a duration."""
    if total.source in (Source.DURATION, Source.STEP_DURATIONS):
        stated *= total.unit_ns
        slack: Number = total.tolerance * total.unit_ns
    else:
        slack = total.tolerance
    if total.tolerance_percent:
        slack += max(stated, parts) * total.tolerance_percent / 100
    match total.relation:
        case Relation.EQUALS:
            return -slack <= stated - parts <= slack
        case Relation.AT_MOST:
            return stated - parts <= slack
        case Relation.AT_LEAST:
            return parts - stated <= slack


def _sum(total: Total, names: StepMembers, view: View) -> Number | None:
    match total.source:
        case Source.DURATION:
            return _elapsed(view.started, view.ended)
        case Source.STEP_DURATIONS:
            if names.started is None or names.ended is None:
                return None
            lasted = [
                _elapsed(step.get(names.started), step.get(names.ended)) if isinstance(step, dict) else None
                for step in view.steps
            ]
            return _added([*lasted])
        case Source.MEMBERS:
            return _added([amount(at(view.document, tokens)) for tokens in total.members])
        case Source.EACH_STEP:
            return _added([amount(at(step, total.members[0])) for step in view.steps])


def _elapsed(started: Json, ended: Json) -> int | None:
    """Nanoseconds; ``None`` for times that cannot be read, or run backwards, of which another rule tells."""
    begin, end = parse_moment(started), parse_moment(ended)
    return None if begin is None or end is None or end < begin else end - begin


def _added(parts: list[Number | None]) -> Number | None:
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return sum(known)
