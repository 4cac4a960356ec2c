"""Is the governance there that this trace must carry (S0-11)?"""

from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.compliance_settings import SubjectCompliance
from .view import View, is_empty

_CODE = IssueCode.COMPLIANCE_GOVERNANCE_MISSING


def needed_members(
    settings: SubjectCompliance, status: str | None, trace_type: str | None
) -> tuple[str, ...]:
    """The members that the governance of such a trace must have, each once."""
    needed = dict.fromkeys(
        member
        for need in settings.needs
        if (need.statuses is None or status in need.statuses)
        and (need.trace_types is None or trace_type in need.trace_types)
        for member in need.members
    )
    return tuple(needed)


def governance_findings(
    settings: SubjectCompliance, at: tuple[str, ...], steps_at: tuple[str, ...], view: View
) -> Iterator[Finding]:
    """One for each member that is missing; one for the whole where there is none at all."""
    if view.version in settings.exempt_versions:
        return
    needed = needed_members(settings, view.status, view.trace_type)
    yield from _missing(view.governance, needed, at, "governance_required")
    for index, step in enumerate(view.steps if settings.step_needs else ()):
        if not isinstance(step, dict):
            continue
        step_type = step.get(settings.step_type)
        for need in settings.step_needs:
            if isinstance(step_type, str) and step_type in need.types:
                path = (*steps_at, str(index), settings.step_governance)
                yield from _missing(
                    step.get(settings.step_governance), need.members, path, "step_governance_required"
                )


def _missing(governance: Json, needed: tuple[str, ...], at: tuple[str, ...], rule: str) -> Iterator[Finding]:
    if not needed:
        return
    if not isinstance(governance, dict):
        yield Finding(
            _CODE,
            path=format_pointer(at),
            expected=f"an object with {', '.join(needed)}",
            actual_masked="missing" if governance is None else mask(governance),
            rule=rule,
        )
        return
    for member in needed:
        if is_empty(governance.get(member)):
            yield Finding(
                _CODE,
                path=format_pointer((*at, member)),
                expected="present",
                actual_masked=mask(governance[member]) if member in governance else "missing",
                rule=rule,
            )
