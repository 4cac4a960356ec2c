"""The fold of one repair: rule after rule over one working copy, with a receipt for each (D-07, D-11, S0-129)."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from ..core.document import Json, format_pointer, lookup
from ..core.issue import Issue
from ..core.verdict import NONE
from ..policy.remediation_place import EACH
from ..policy.remediation_rule import RemediationRule
from ..policy.subject import Subject
from .conditions import Test
from .draft import MOST_CHANGES, Draft
from .fault import FaultKind, StepFault
from .places import Tokens, lookup_or_none
from .provenance import MEMBER, allows_block, block
from .receipt import Receipt, RuleResult
from .repair import Effort, Repair, Standing
from .steps import Action, Target, perform

Rate = Callable[[RemediationRule], float]
"""The success rate of a rule, as far as it is known."""


class Wrong(NamedTuple):
    """An issue with its place taken apart. Known by its identity: a trace may have equal ones."""

    issue: Issue
    tokens: Tokens
    shape: Tokens


class ReadyRule(NamedTuple):
    """A rule with its conditions compiled."""

    rule: RemediationRule
    conditions: tuple[Test, ...]


class Fold:
    """One repair at work."""

    def __init__(
        self,
        subject: Subject | None,
        document: Json,
        tenant: str,
        effort: Effort,
        names: Mapping[str, frozenset[str]],
        *,
        without: Collection[str] = (),
    ) -> None:
        self._subject = subject
        self._effort = effort
        self._without = without
        # A copy by way of bytes is ten times as fast as one by way of objects, and the rest is of use anyway.
        self._draft = Draft(orjson.loads(orjson.dumps(document)))
        self._hash = _hash_of(self._draft.document)
        self._names = frozenset[str]() if subject is None else names[subject.name]
        pointers = None if subject is None else subject.pointers
        self._tenant_at = None if pointers is None else pointers.tenant
        producer = (
            None if pointers is None or pointers.producer is None else lookup(document, pointers.producer)
        )
        self._about = Target(
            (),
            "",
            tenant,
            producer if isinstance(producer, str) else NONE,
            None if pointers is None else pointers.schema_version,
        )
        self._receipts: list[Receipt] = []
        self._results: dict[int, set[RuleResult]] = {}
        """What became of each issue, by its identity, in the hands of the rules that were tried on it."""
        self._changed: set[Tokens] = set()
        self._for_a_person: set[int] = set()
        self._undone: set[int] = set()
        """Issues whose rule was undone for this trace."""
        self._applied: list[RemediationRule] = []

    def take(self, each: ReadyRule, wrong: Sequence[Wrong]) -> None:
        """Try one rule on the issues that it is for."""
        name = NONE if self._subject is None else self._subject.name
        rule = each.rule
        mine = [one for one in wrong if rule.is_about(name, one.issue.code, one.issue.keyword, one.shape)]
        if not mine:
            return
        if rule.rule_id in self._without:
            self._undone.update(id(one) for one in mine if self._holds(each, one))
            return
        if not rule.auto_remediable and self._effort is Effort.AUTOMATIC:
            self._for_a_person.update(id(one) for one in mine if self._holds(each, one))
            return
        mark = self._draft.changes
        tried: list[Wrong] = []
        helped: set[int] = set()
        try:
            actions = self._work(each, mine, tried, helped)
            after = _hash_of(self._draft.document) if actions else self._hash
        except StepFault as fault:
            self._fail(rule, tried, mark, fault.kind)
        except Exception:  # noqa: BLE001 - a bug in one rule must not stop the lane; its text may hold values (S0-129)
            self._fail(rule, tried, mark, FaultKind.BUG)
        else:
            if not tried:
                return
            self._changed.update(action.tokens for action in actions)
            for one in tried:
                self._result(one, RuleResult.APPLIED if id(one) in helped else RuleResult.NO_CHANGE)
            self._note(rule, tried, mark, after=after, actions=actions)
            self._hash = after

    def _work(
        self, each: ReadyRule, mine: Sequence[Wrong], tried: list[Wrong], helped: set[int]
    ) -> list[Action]:
        """What the rule changes. Fills ``tried`` with the issues whose conditions hold, ``helped`` with who got a change."""
        before = self._tenant()
        actions: list[Action] = []
        for one in mine:
            if not self._holds(each, one):
                continue
            tried.append(one)
            target = self._about._replace(path=one.tokens, expected=one.issue.expected)
            done = [*perform(each.rule, self._draft, target)]
            actions += done
            if done:
                helped.add(id(one))
        if self._draft.changes >= MOST_CHANGES:  # one is kept for the block
            raise StepFault(FaultKind.TOO_MANY_CHANGES)
        if self._effort is Effort.AUTOMATIC and self._tenant() != before:
            raise StepFault(FaultKind.TENANT_CHANGED)
        return actions

    def repair(self, wrong: Sequence[Wrong], rate: Rate) -> Repair:
        """What came of it."""
        stands = tuple((one.issue, self._standing(one)) for one in wrong)
        subject, draft = self._subject, self._draft
        automatic = draft.changes > 0 and self._effort is Effort.AUTOMATIC
        if automatic and subject is not None and allows_block(subject, draft.document):
            rates = {rule.rule_id: rate(rule) for rule in self._applied}
            draft.write((MEMBER,), block(self._receipts, rates))
        patch, inverse = draft.since(0)
        return Repair(
            document=draft.document,
            value=orjson.dumps(draft.document),
            patch=tuple(patch),
            inverse=tuple(inverse),
            receipts=tuple(self._receipts),
            standings=stands,
        )

    def _holds(self, each: ReadyRule, one: Wrong) -> bool:
        return all(test(self._draft.document, one.tokens) for test in each.conditions)

    def _tenant(self) -> object:
        """Whose the trace says that it is; 42 and "42" are one tenant."""
        found = None if self._tenant_at is None else lookup(self._draft.document, self._tenant_at)
        return str(found) if isinstance(found, int | str) and not isinstance(found, bool) else None

    def _result(self, one: Wrong, result: RuleResult) -> None:
        self._results.setdefault(id(one), set()).add(result)

    def _fail(self, rule: RemediationRule, tried: Sequence[Wrong], mark: int, kind: FaultKind) -> None:
        self._draft.undo(mark)
        for one in tried:
            self._result(one, RuleResult.FAILED)
        self._note(rule, tried, mark, after=self._hash, error=kind.value)

    def _note(
        self,
        rule: RemediationRule,
        tried: Sequence[Wrong],
        mark: int,
        *,
        after: str,
        error: str = "",
        actions: Sequence[Action] = (),
    ) -> None:
        if actions:
            self._applied.append(rule)
        result = RuleResult.FAILED if error else RuleResult.APPLIED if actions else RuleResult.NO_CHANGE
        patch, inverse = self._draft.since(mark)
        self._receipts.append(
            Receipt(
                rule=rule.name,
                version=str(rule.version),
                codes=tuple(dict.fromkeys(one.issue.code.value for one in tried)),
                result=result,
                error=error,
                actions=tuple(self._sentence(action) for action in actions),
                before=self._hash,
                after=after,
                patch=tuple(patch),
                inverse=tuple(inverse),
                paths=tuple(dict.fromkeys(self._path(action) for action in actions)),
            )
        )

    def _sentence(self, action: Action) -> str:
        return action.words.format(path=self._path(action))

    def _path(self, action: Action) -> str:
        return format_pointer(self._shown(action.tokens))

    def _shown(self, tokens: Tokens) -> Iterator[str]:
        """The place with ``*`` for names that no schema writes down (promise 4); a number is an index only in a list."""
        here: Json = self._draft.document
        for token in tokens:
            is_index = isinstance(here, list)
            yield token if is_index or token in self._names else EACH
            here = lookup_or_none(here, (token,))

    def _standing(self, one: Wrong) -> Standing:
        results = self._results.get(id(one), set())
        if RuleResult.APPLIED in results or one.tokens in self._changed:
            return Standing.COVERED
        if RuleResult.FAILED in results:
            return Standing.FAILED
        if id(one) in self._for_a_person:
            return Standing.PERSON
        return Standing.UNDONE if id(one) in self._undone else Standing.NONE


def _hash_of(document: Json) -> str:
    """Equal documents have equal hashes, whatever the order of their members."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
