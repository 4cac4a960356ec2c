"""From a failing trace and its issues to a repaired copy: the rules, folded in order over one working copy (D-11)."""

from collections.abc import Collection, Iterable, Sequence

import orjson

from ..core.document import Json, lookup
from ..core.errors import UnsupportedRemediationRuleError
from ..core.issue import Issue
from ..core.verdict import NONE
from ..policy.bundle import Bundle, Subject
from ..policy.parse_remediation import NEVER_AUTOMATIC
from ..policy.remediation_place import shape, tokens_of
from ..policy.remediation_rule import RemediationRule, RuleBook
from ..policy.subschemas import declared_names
from .conditions import compiled
from .fold import Fold, Rate, ReadyRule, Wrong
from .repair import Effort, Repair, Scope, Standing


class Remediator:
    """Repairs by the rules of one bundle. Deterministic, and never raises for what a trace holds (S0-126, S0-129)."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._rules = tuple(
            ReadyRule(rule, compiled(rule.conditions)) for rule in RuleBook(bundle.remediation_rules).rules
        )
        self._names = {
            name: frozenset().union(*(declared_names(schema) for schema in subject.schemas.values()))
            for name, subject in bundle.subjects.items()
        }

    def repair(
        self,
        document: Json,
        issues: Sequence[Issue],
        *,
        subject: str | None = None,
        tenant: str = NONE,
        effort: Effort = Effort.AUTOMATIC,
        scope: Scope = Scope.BLOCKING,
        only: str | None = None,
        rate: Rate = lambda rule: rule.success_rate,
        without: Collection[str] = (),
    ) -> Repair:
        """The copy that the rules make of a decoded trace, which itself stays as it is.

        ``issues``: all that the detectors say of it; ``subject``: what they took it for, ``None`` or ``none`` to look
        for the type that it names; ``tenant``: whose it is. ``only``: no rule but this one. ``without``: none of these,
        by ``name@version``: a person undid what they did to this trace.
        Raises :class:`UnsupportedRemediationRuleError` for a rule that the bundle does not have (S0-135).
        """
        rules = self._rules if only is None else (self._named(only),)
        wrong = [
            Wrong(issue, tokens, shape(tokens))
            for issue in issues
            if issue.blocking or scope is Scope.ALL
            for tokens in (tokens_of(issue.path),)
        ]
        forbidden = {id(each) for each in wrong if self._forbidden(each.issue)}
        if effort is Effort.AUTOMATIC and any(self._forbidden(issue) for issue in issues if issue.blocking):
            stands = [Standing.FORBIDDEN if id(each) in forbidden else Standing.NONE for each in wrong]
            return _untouched(document, wrong, stands)
        fold = Fold(self._subject(document, subject), document, tenant, effort, self._names, without=without)
        for each in rules:
            fold.take(each, [one for one in wrong if id(one) not in forbidden or effort is Effort.PROPOSAL])
        return fold.repair(wrong, rate)

    def rule(self, name: str) -> RemediationRule:
        """The rule of that name. Raises :class:`UnsupportedRemediationRuleError` when there is none (S0-135)."""
        return self._named(name).rule

    def _named(self, name: str) -> ReadyRule:
        for each in self._rules:
            if each.rule.name == name:
                return each
        raise UnsupportedRemediationRuleError(f"the bundle has no remediation rule {name!r}")

    def _forbidden(self, issue: Issue) -> bool:
        """By what the bundle says of the code, whatever the issue says of itself."""
        policy = self._bundle.classification.get(issue.code)
        return issue.category in NEVER_AUTOMATIC or (
            policy is not None and policy.category in NEVER_AUTOMATIC
        )

    def _subject(self, document: Json, named: str | None) -> Subject | None:
        if named is not None and named != NONE:
            return self._bundle.subjects.get(named)
        for subject in self._bundle.subjects.values():
            at = subject.pointers.trace_type
            found = None if at is None else lookup(document, at)
            if isinstance(found, str) and found in subject.trace_types:
                return subject
        return None


def _untouched(document: Json, wrong: Iterable[Wrong], stands: Iterable[Standing]) -> Repair:
    pairs = tuple((one.issue, standing) for one, standing in zip(wrong, stands, strict=True))
    return Repair(document, orjson.dumps(document), (), (), (), pairs)
