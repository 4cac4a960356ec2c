"""``policies/compliance.yaml``: Which governance and which audit trail a trace must carry (S0-11, S0-12, S0-21, S0-22, S0-39)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.errors import Problem
from .cel_rule import parse_cel_rules
from .compliance_settings import (
    AuditRules,
    GovernanceNeed,
    OverrideRules,
    PolicyRules,
    StepNeed,
    StepPolicy,
    SubjectCompliance,
)
from .fields import Fields
from .rule_fields import (
    NAME,
    entries,
    name,
    refuse_doubles,
    rule_id,
    section,
    subject_fields,
    versions,
    words,
)
from .subject import Subject

CODES = frozenset(code for code in IssueCode if code.family == "compliance")
"""What a rule of an owner's own may say."""

_KEYS = ("steps", "governance", "audit", "policies", "overrides", "rules")
_YEAR = 366 * 86_400


@dataclass(frozen=True, slots=True)
class ComplianceRules:
    """Settings of the detector ``compliance``; the defaults are those of a bundle without the file."""

    subjects: Mapping[str, SubjectCompliance] = field(default_factory=dict[str, SubjectCompliance])


def parse_compliance(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> ComplianceRules:
    """The rules; an absent key has its default."""
    return ComplianceRules(
        {
            subject.name: _subject(subject, fields, problems)
            for subject, fields in subject_fields(where, document, _KEYS, subjects, problems)
        }
    )


def _subject(subject: Subject, fields: Fields, problems: list[Problem]) -> SubjectCompliance:
    names = section(fields, "steps", ("type", "governance"), problems)
    governance = section(fields, "governance", ("exempt_versions", "required", "steps"), problems)
    rules = parse_cel_rules(fields, "rules", CODES, problems)
    if subject.pointers.governance is None:
        for key in ("governance", "policies", "overrides"):
            if fields.has(key):
                fields.problem(
                    key, f"{subject.name} does not say where its governance is", "Say it in its subject.yaml"
                )
    return SubjectCompliance(
        step_type=name(names, "type", "type") if names else "type",
        step_governance=name(names, "governance", "governance") if names else "governance",
        needs=_needs(subject, governance, problems) if governance else (),
        step_needs=_step_needs(governance, problems) if governance else (),
        exempt_versions=versions(governance, "exempt_versions", subject) if governance else frozenset(),
        audit=_audit(subject, fields, problems),
        policies=_policies(fields, problems),
        overrides=_overrides(fields, problems),
        rules=rules,
    )


def _needs(subject: Subject, governance: Fields, problems: list[Problem]) -> tuple[GovernanceNeed, ...]:
    needs: list[GovernanceNeed] = []
    for fields in entries(governance, "required", ("members", "statuses", "trace_types"), problems):
        need = GovernanceNeed(
            _members(fields), _statuses(subject, fields, "statuses"), words(fields, "trace_types")
        )
        for unknown in sorted((need.trace_types or frozenset()) - subject.trace_types):
            fields.problem("trace_types", f"{unknown!r} is none of {subject.name}", "Name its trace types")
        needs.append(need)
    return tuple(needs)


def _step_needs(governance: Fields, problems: list[Problem]) -> tuple[StepNeed, ...]:
    return tuple(
        StepNeed(frozenset(_some(fields, "types")), _members(fields))
        for fields in entries(governance, "steps", ("types", "members"), problems)
    )


def _members(fields: Fields) -> tuple[str, ...]:
    return _some(fields, "members")


def _some(fields: Fields, key: str) -> tuple[str, ...]:
    listed = fields.texts(key, NAME)
    if not listed:
        fields.problem(key, "names nothing", "Name at least one")
    return listed


def _statuses(subject: Subject, fields: Fields, key: str) -> frozenset[str] | None:
    if fields.has(key) and subject.pointers.status is None:
        fields.problem(key, f"{subject.name} does not say where its status is", "Say it in its subject.yaml")
    return words(fields, key)


def _audit(subject: Subject, parent: Fields, problems: list[Problem]) -> AuditRules | None:
    known = ("at", "time", "action", "statuses", "actions", "most_seconds", "exempt_versions")
    fields = section(parent, "audit", known, problems)
    if fields is None:
        return None
    at = fields.pointer("at")
    if at is None:
        if not fields.has("at"):
            fields.problem("at", "is missing", "Say where the list of entries is: /audit")
        return None
    return AuditRules(
        at=at,
        time=name(fields, "time", "at"),
        action=name(fields, "action", "action"),
        statuses=_statuses(subject, fields, "statuses") or frozenset(),
        actions=_actions(fields),
        most_seconds=fields.integer("most_seconds", 1, _YEAR) if fields.has("most_seconds") else None,
        exempt_versions=versions(fields, "exempt_versions", subject),
    )


def _actions(fields: Fields) -> tuple[tuple[str, ...], ...]:
    listed = fields.get("actions") if fields.has("actions") else []
    if not isinstance(listed, list):
        fields.problem("actions", "is not a list", "Write it as [created, [done, closed]]")
        return ()
    steps = [tuple(entry) if isinstance(entry, list) else (entry,) for entry in listed]
    if not all(step and all(isinstance(word, str) for word in step) for step in steps):
        fields.problem("actions", "holds something that is no action", "Write names, or lists of names")
        return ()
    return tuple(tuple(word for word in step if isinstance(word, str)) for step in steps)


def _policies(parent: Fields, problems: list[Problem]) -> PolicyRules | None:
    known = (
        *("pack", "ids", "allowed_packs", "forbidden_packs"),
        *("allowed_ids", "forbidden_ids", "required_ids", "steps"),
    )
    fields = section(parent, "policies", known, problems)
    if fields is None:
        return None
    steps: list[StepPolicy] = []
    for entry in entries(fields, "steps", ("name", "version", "types", "packs", "needs_one_of"), problems):
        rule, types = rule_id(entry), frozenset(_some(entry, "types"))
        packs, needs = words(entry, "packs"), words(entry, "needs_one_of")
        if needs is not None and not needs:
            entry.problem("needs_one_of", "names nothing", "Name policy ids, or leave the key out: forbidden")
        if rule is not None:
            steps.append(StepPolicy(rule, types, packs, needs or frozenset()))
    refuse_doubles(fields, "steps", [step.rule for step in steps])
    return PolicyRules(
        pack=name(fields, "pack", "policy_pack"),
        ids=name(fields, "ids", "policy_ids"),
        allowed_packs=words(fields, "allowed_packs"),
        forbidden_packs=words(fields, "forbidden_packs") or frozenset(),
        allowed_ids=words(fields, "allowed_ids"),
        forbidden_ids=words(fields, "forbidden_ids") or frozenset(),
        required_ids=words(fields, "required_ids") or frozenset(),
        steps=tuple(steps),
    )


def _overrides(parent: Fields, problems: list[Problem]) -> OverrideRules | None:
    known = ("at", "by", "approved_by", "reason", "most", "shortest_reason")
    fields = section(parent, "overrides", known, problems)
    if fields is None:
        return None
    return OverrideRules(
        at=name(fields, "at", "override"),
        by=name(fields, "by", "by"),
        approved_by=name(fields, "approved_by", "approved_by"),
        reason=name(fields, "reason", "reason"),
        most=fields.integer("most", 0, 10_000, default=1) or 0,
        shortest_reason=fields.integer("shortest_reason", 0, 10_000, default=1) or 0,
    )
