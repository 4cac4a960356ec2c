"""Were policies overridden as overrides are to be done (S0-22)?"""

from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.compliance_settings import OverrideRules, SubjectCompliance
from .view import View, is_empty

_CODE = IssueCode.COMPLIANCE_OVERRIDE_ANOMALY

Path = tuple[str | int, ...]


def override_findings(
    settings: SubjectCompliance,
    rules: OverrideRules,
    at: tuple[str, ...],
    steps_at: tuple[str, ...],
    view: View,
) -> Iterator[Finding]:
    """Each override by itself, and the first one that is too many."""
    for count, (path, override) in enumerate(_overrides(settings, rules, at, steps_at, view), 1):
        if count == rules.most + 1:
            yield Finding(
                _CODE,
                path=format_pointer(path),
                expected=f"at most {rules.most} in a trace",
                actual_masked="more",
                rule="override_count",
            )
        yield from _anomalies(rules, path, override)


def _overrides(
    settings: SubjectCompliance, rules: OverrideRules, at: Path, steps_at: Path, view: View
) -> Iterator[tuple[Path, Json]]:
    if isinstance(view.governance, dict) and view.governance.get(rules.at):
        yield (*at, rules.at), view.governance[rules.at]
    for index, step in enumerate(view.steps):
        governance = step.get(settings.step_governance) if isinstance(step, dict) else None
        if isinstance(governance, dict) and governance.get(rules.at):
            yield (*steps_at, index, settings.step_governance, rules.at), governance[rules.at]


def _anomalies(rules: OverrideRules, path: Path, override: Json) -> Iterator[Finding]:
    """A reason that is absent is not judged: whether there must be one is the schema's to say."""
    members = override if isinstance(override, dict) else {}
    by, approver, reason = (members.get(key) for key in (rules.by, rules.approved_by, rules.reason))
    approver_path = format_pointer((*path, rules.approved_by))
    if is_empty(approver) or (isinstance(approver, str) and not approver.strip()):
        yield Finding(
            _CODE,
            path=approver_path,
            expected="who approved it",
            actual_masked="missing" if approver is None else mask(approver),
            rule="override_needs_approver",
        )
    elif _same(by, approver):
        yield Finding(
            _CODE,
            path=approver_path,
            expected="somebody other than who asked for it",
            actual_masked=mask(approver),
            rule="override_approved_by_requester",
        )
    if isinstance(reason, str) and len(reason.strip()) < rules.shortest_reason:
        yield Finding(
            _CODE,
            path=format_pointer((*path, rules.reason)),
            expected=f"at least {rules.shortest_reason} characters",
            actual_masked=mask(reason),
            rule="override_reason",
        )


def _same(one: Json, other: Json) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold()
    return one == other
