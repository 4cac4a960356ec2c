"""Is there an audit trail, in order and without gaps (S0-12)?"""

from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.compliance_settings import AuditRules
from .moments import NANOS_PER_SECOND, parse_moment
from .view import View, at

_CODE = IssueCode.COMPLIANCE_AUDIT_GAP


def audit_findings(rules: AuditRules, view: View) -> Iterator[Finding]:
    """What is wrong with the trail. Entries whose time cannot be read are not judged: the schema detector tells of them."""
    if view.version in rules.exempt_versions:
        return
    trail = at(view.document, rules.at)
    if not isinstance(trail, list) or not trail:
        if view.status in rules.statuses:
            yield Finding(
                _CODE,
                path=format_pointer(rules.at),
                expected="at least one entry",
                actual_masked="missing" if trail is None else mask(trail),
                rule="audit_required",
            )
        return
    yield from _disorder(rules, trail)
    yield from _gaps(rules, trail, view)
    if view.status in rules.statuses:
        wanted = missing_action(rules, trail)
        if wanted is not None:
            yield Finding(
                _CODE,
                path=format_pointer(rules.at),
                expected=f"action {' or '.join(wanted)}, in its place",
                actual_masked=mask(trail),
                rule="audit_actions",
            )


def missing_action(rules: AuditRules, trail: list[Json]) -> tuple[str, ...] | None:
    """The first of the demanded actions that does not follow those before it; ``None`` when all are there."""
    wanted = iter(rules.actions)
    want = next(wanted, None)
    for entry in trail:
        if want is None:
            break
        if isinstance(entry, dict) and entry.get(rules.action) in want:
            want = next(wanted, None)
    return want


def _disorder(rules: AuditRules, trail: list[Json]) -> Iterator[Finding]:
    latest: int | None = None
    for index, moment in _moments(rules, trail):
        if latest is not None and moment < latest:
            yield Finding(
                _CODE,
                path=format_pointer((*rules.at, index, rules.time)),
                expected="not before the entry above it",
                actual_masked="earlier",
                rule="audit_order",
            )
        latest = moment if latest is None else max(moment, latest)


def _gaps(rules: AuditRules, trail: list[Json], view: View) -> Iterator[Finding]:
    """From start to first entry, from entry to entry, from the last one to the end; what lies outside is cut off."""
    latest = parse_moment(view.started)
    if rules.most_seconds is None or latest is None:
        return
    most, ended = rules.most_seconds * NANOS_PER_SECOND, parse_moment(view.ended)
    for index, moment in _moments(rules, trail):
        reached = moment if ended is None else min(moment, ended)
        if reached - latest > most:
            yield _gap(rules, format_pointer((*rules.at, index, rules.time)))
        latest = max(reached, latest)
    if ended is not None and ended - latest > most:
        yield _gap(rules, format_pointer(rules.at))


def _gap(rules: AuditRules, path: str) -> Finding:
    expected = f"an entry at least every {rules.most_seconds} s"
    return Finding(_CODE, path=path, expected=expected, actual_masked="a longer gap", rule="audit_gap")


def _moments(rules: AuditRules, trail: list[Json]) -> Iterator[tuple[int, int]]:
    for index, entry in enumerate(trail):
        moment = parse_moment(entry.get(rules.time)) if isinstance(entry, dict) else None
        if moment is not None:
            yield index, moment
