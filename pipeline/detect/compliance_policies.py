"""Does the trace run under policies that it may and must run under (S0-21)?"""

from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.compliance_settings import PolicyRules, StepPolicy, SubjectCompliance
from .view import View

_CODE = IssueCode.COMPLIANCE_POLICY_VIOLATION

Path = tuple[str | int, ...]


def policy_findings(
    settings: SubjectCompliance,
    rules: PolicyRules,
    at: tuple[str, ...],
    steps_at: tuple[str, ...],
    view: View,
) -> Iterator[Finding]:
    """What the trace's own governance says, then what that of each step says, then what applies to each step."""
    pack, ids = _pack(rules, view.governance), frozenset(_ids(rules, view.governance))
    yield from _not_allowed(rules, view.governance, at)
    if isinstance(view.governance, dict):
        for missing in sorted(rules.required_ids.difference(ids)):
            yield Finding(
                _CODE,
                path=format_pointer((*at, rules.ids)),
                expected=f"policy {missing}",
                actual_masked="missing",
                rule="required_ids",
            )
    for index, step in enumerate(view.steps):
        if not isinstance(step, dict):
            continue
        governance = step.get(settings.step_governance)
        yield from _not_allowed(rules, governance, (*steps_at, index, settings.step_governance))
        step_type = step.get(settings.step_type)
        for policy in rules.steps:
            if isinstance(step_type, str) and step_type in policy.types:
                under = _pack(rules, governance) or pack
                if (policy.packs is None or under in policy.packs) and not (
                    policy.needs_one_of & ids or policy.needs_one_of.intersection(_ids(rules, governance))
                ):
                    yield _broken(policy, (*steps_at, index), settings)


def _not_allowed(rules: PolicyRules, governance: Json, at: Path) -> Iterator[Finding]:
    pack = _pack(rules, governance)
    if pack is not None and _refused(pack, rules.allowed_packs, rules.forbidden_packs):
        yield Finding(
            _CODE,
            path=format_pointer((*at, rules.pack)),
            expected="a policy pack that is allowed",
            actual_masked=mask(pack),
            rule="packs",
        )
    listed = governance.get(rules.ids) if isinstance(governance, dict) else None
    for index, policy_id in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(policy_id, str) and _refused(policy_id, rules.allowed_ids, rules.forbidden_ids):
            yield Finding(
                _CODE,
                path=format_pointer((*at, rules.ids, index)),
                expected="a policy that is allowed",
                actual_masked=mask(policy_id),
                rule="ids",
            )


def _refused(word: str, allowed: frozenset[str] | None, forbidden: frozenset[str]) -> bool:
    return word in forbidden or (allowed is not None and word not in allowed)


def _broken(policy: StepPolicy, at: Path, settings: SubjectCompliance) -> Finding:
    needs = ", ".join(sorted(policy.needs_one_of))
    return Finding(
        _CODE,
        path=format_pointer((*at, settings.step_governance if needs else settings.step_type)),
        expected=f"one of the policies {needs}" if needs else "no step of this type",
        actual_masked="none of them" if needs else "a step of this type",
        rule=policy.rule,
    )


def _pack(rules: PolicyRules, governance: Json) -> str | None:
    pack = governance.get(rules.pack) if isinstance(governance, dict) else None
    return pack if isinstance(pack, str) else None


def _ids(rules: PolicyRules, governance: Json) -> list[str]:
    ids = governance.get(rules.ids) if isinstance(governance, dict) else None
    return [text for text in ids if isinstance(text, str)] if isinstance(ids, list) else []
