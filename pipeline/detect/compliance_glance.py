"""A quick look that tells most clean traces from all others; who does not pass it is judged in full.

It may doubt a clean trace, which costs time. It must not pass one that the full judgement finds anything wrong
with: ``tests/unit/detect/compliance`` holds the two against each other.
"""

from typing import Any

from ..core.trace import Trace
from ..policy.compliance_settings import AuditRules, PolicyRules, SubjectCompliance
from ..policy.subject import Subject
from .compliance_audit import missing_action
from .compliance_governance import needed_members
from .view import MOST_STEPS, key_of

_PREFIXES = ((3_600, 13), (60, 16), (1, 19))
"""Two times in UTC are less than so many seconds apart when they share so many characters."""


class ComplianceGlance:
    """What the quick look needs, compiled for one subject."""

    def __init__(self, subject: Subject, settings: SubjectCompliance) -> None:
        pointers, audit = subject.pointers, settings.audit
        policies = settings.policies or PolicyRules()
        places = (
            *(pointers.status, pointers.governance, pointers.time, pointers.steps),
            *(pointers.end, audit.at if audit else None),
        )
        self._status, self._governance, self._started, self._steps, self._ended, self._trail = map(
            key_of, places
        )
        by_type = any(need.trace_types is not None for need in settings.needs)
        self._can_look = not by_type and not any(tokens is not None and len(tokens) != 1 for tokens in places)
        self._exempt = settings.exempt_versions | (audit.exempt_versions if audit else frozenset())

        statuses = {status for need in settings.needs for status in need.statuses or ()}
        statuses |= audit.statuses if audit else frozenset()
        self._plans = {
            status: (needed_members(settings, status, None), bool(audit and status in audit.statuses))
            for status in statuses
        }
        """Status → members of the governance, and whether there must be a trail."""
        self._plan = needed_members(settings, None, None), False
        """For any other status, or none."""

        self._audit = audit
        self._prefix = _prefix(audit.most_seconds if audit else None)
        self._step_type, self._step_governance = settings.step_type, settings.step_governance
        self._watched = frozenset(
            step_type
            for types in (
                *(rule.types for rule in policies.steps),
                *(need.types for need in settings.step_needs),
            )
            for step_type in types
        )
        self._pack, self._ids = policies.pack, policies.ids
        self._packs, self._no_packs = policies.allowed_packs, policies.forbidden_packs
        self._known_ids, self._no_ids = policies.allowed_ids, policies.forbidden_ids
        self._required_ids = policies.required_ids
        self._looks_at_ids = bool(self._no_ids) or self._known_ids is not None
        self._overrides = settings.overrides
        self._override = settings.overrides.at if settings.overrides else None

    def is_clean(self, trace: Trace) -> bool:
        """Whether nothing can be wrong."""
        document: dict[Any, Any] | Any = trace.document
        if not self._can_look or type(document) is not dict or trace.schema_version in self._exempt:
            return False
        try:
            status: Any = document.get(self._status)
            needed, has_trail = self._plans.get(status, self._plan)
            governance = document.get(self._governance)
            if governance is None:
                if needed:
                    return False
            else:
                for member in needed:
                    if not governance[member]:
                        return False
                if not self._may_run_under(governance):
                    return False
                if self._required_ids and not self._required_ids.issubset(governance[self._ids]):
                    return False
                override = governance.get(self._override)
                if override and not self._is_approved(override):
                    return False
            if self._audit is not None and not self._has_no_gap(self._audit, document, has_trail=has_trail):
                return False
            steps = document.get(self._steps)
            return not steps or (len(steps) <= MOST_STEPS and self._are_clean(steps))
        except (TypeError, AttributeError, LookupError):
            return False  # not the shape that a clean trace has

    def _may_run_under(self, governance: dict[Any, Any]) -> bool:
        pack = governance.get(self._pack)
        if pack is not None and (
            pack in self._no_packs or (self._packs is not None and pack not in self._packs)
        ):
            return False
        ids = governance.get(self._ids) if self._looks_at_ids else None
        return not ids or (
            self._no_ids.isdisjoint(ids) and (self._known_ids is None or self._known_ids.issuperset(ids))
        )

    def _is_approved(self, override: dict[str, Any]) -> bool:
        rules = self._overrides
        if rules is None or not rules.most:
            return rules is None
        approver, reason = override[rules.approved_by].strip(), override[rules.reason].strip()
        by = override[rules.by].strip()
        return (
            bool(approver) and approver.casefold() != by.casefold() and len(reason) >= rules.shortest_reason
        )

    def _has_no_gap(self, audit: AuditRules, document: dict[Any, Any], *, has_trail: bool) -> bool:
        """Whether all entries lie, in order, between a start and an end that are near each other.

        Texts of one length that end in ``Z`` and share the date are compared as they are: what lies between two
        of them shares their date too.
        """
        trail = document.get(self._trail)
        if not trail:
            return not has_trail
        if type(trail) is not list:
            return False
        previous = started = document[self._started]
        size = len(started)
        if started[-1] != "Z":
            return False
        time = audit.time
        for entry in trail:
            at = entry[time]
            if at < previous or len(at) != size or at[-1] != "Z":
                return False
            previous = at
        ended = document.get(self._ended)
        if ended is not None:
            if ended < previous or len(ended) != size or ended[-1] != "Z":
                return False
            previous = ended
        if previous[: self._prefix] != started[: self._prefix]:
            return False
        return not audit.actions or not has_trail or missing_action(audit, trail) is None

    def _are_clean(self, steps: list[Any]) -> bool:
        """Whether no step has an override, or is of a type that rules speak of."""
        name, kind, watched = self._step_governance, self._step_type, self._watched
        override, may_run_under = self._override, self._may_run_under
        pack, looks_at_ids = self._pack, self._looks_at_ids
        for step in steps:
            governance = step.get(name)
            if governance is not None:
                if governance.get(override):
                    return False
                if (looks_at_ids or pack in governance) and not may_run_under(governance):
                    return False
            if watched and step.get(kind) in watched:
                return False
        return True


def _prefix(most_seconds: int | None) -> int:
    """How many characters of two times in UTC must be the same for them to be less than that apart; 11 at least."""
    if most_seconds is None or most_seconds >= 86_400:
        return 11
    return next(count for most, count in _PREFIXES if most <= most_seconds)
