"""The cases beside remediation rules, and trying each on its rule: the trace before, its issues, the trace after."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import NamedTuple

import orjson

from assay.agents.example_files import case_files, read_document
from assay.pipeline.core.document import Json, format_pointer
from assay.pipeline.core.json_patch import apply_patch
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import Effort, Remediator, Repair, Scope
from assay.pipeline.report import examples_bundle

_BLOCK = "remediation"
"""What a repair writes about itself; a case need not have it."""
_MOST_PLACES = 5


class Case(NamedTuple):
    """One file of ``cases/<rule>/``."""

    file: str
    rule: str
    subject: str
    before: Json
    issues: frozenset[str]
    """``code@path`` of each."""
    after: Json
    repaired: bool
    """Whether the case has an ``after``; without one the rule must leave the trace alone."""


def read_cases(root: Traversable) -> Iterator[Case | tuple[str, str]]:
    """Every case below ``remediation_rules``; of a file that is none, its path and why. Raises ``OSError``."""
    for file, _, entry in case_files(root):
        outer, inner = file.split("/")[1:3]
        try:
            document = read_document(entry)
        except ValueError as error:
            yield file, str(error)
            continue
        match document:
            case {"subject": str(subject), "before": before, "issues": list(issues)}:
                words = frozenset(str(word) for word in issues)
                rule = inner if outer == "cases" else outer
            case _:
                yield file, "is not a case with subject, before, issues and, where it is repaired, after"
                continue
        match document:
            case {"after": after}:
                yield Case(file, rule, subject, before, words, after, repaired=True)
            case _:
                yield Case(file, rule, subject, before, words, None, repaired=False)


class CaseTrial:
    """Tries cases under one bundle. Every issue counts, also one that would let a trace pass."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._judge = Judge(examples_bundle(bundle))
        self._remediator = Remediator(bundle)

    def __call__(self, case: Case) -> list[str]:
        """What is not as the case says; empty when all is."""
        if case.rule not in self._bundle.remediation_rules:
            return [f"there is no rule {case.rule}"]
        if case.subject not in self._bundle.subjects:
            return [f"{case.subject} is no subject"]
        verdict = self._judged(case.subject, orjson.dumps(case.before))
        said = {f"{issue.code}@{issue.path}" for issue in verdict.issues}
        if said != case.issues:
            return [f"before has the issues {', '.join(sorted(said)) or 'none'}"]
        automatic = self._bundle.remediation_rules[case.rule].auto_remediable
        repair = self._remediator.repair(
            case.before,
            verdict.issues,
            subject=verdict.subject,
            tenant=verdict.tenant,
            effort=Effort.AUTOMATIC if automatic else Effort.PROPOSAL,
            scope=Scope.ALL,
            only=case.rule,
        )
        return [*self._wrong(case, repair)]

    def _wrong(self, case: Case, repair: Repair) -> Iterator[str]:
        yield from (f"{one.rule_id} failed: {one.error}" for one in repair.receipts if one.error)
        if not case.repaired:
            if repair.changed:
                yield f"is changed at {_listed(case.before, repair.document)}, and has no after"
            return
        made = _without_block(repair.document, case.after)
        if orjson.dumps(made, option=orjson.OPT_SORT_KEYS) != orjson.dumps(
            case.after, option=orjson.OPT_SORT_KEYS
        ):
            yield f"is not what after says at {_listed(made, case.after)}"
        if apply_patch(case.before, repair.patch) != repair.document:
            yield "is not what the patch makes of it"
        if apply_patch(repair.document, repair.inverse) != case.before:
            yield "is not given back by the inverse patch"
        left = self._judged(case.subject, repair.value)
        if left.issues:
            yield f"still has {', '.join(sorted(f'{issue.code}@{issue.path}' for issue in left.issues))}"

    def _judged(self, subject: str, value: bytes) -> Verdict:
        """Nobody knows when the trace of a case came, so no time is too old or too early."""
        return self._judge(RawRecord(f"examples.{subject}", 0, 0, 0, None, value), 0)


def _without_block(made: Json, after: Json) -> Json:
    if isinstance(made, dict) and isinstance(after, dict) and _BLOCK not in after:
        return {name: member for name, member in made.items() if name != _BLOCK}
    return made


def _listed(one: Json, other: Json) -> str:
    places = [format_pointer(steps) or "the whole" for steps in _places((), one, other)]
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    return f"{', '.join(places[:_MOST_PLACES])}{more}"


def _places(steps: tuple[str | int, ...], one: Json, other: Json) -> Iterator[tuple[str | int, ...]]:
    """The innermost places at which two documents differ."""
    match one, other:
        case dict(), dict():
            for name in [*one, *(name for name in other if name not in one)]:
                if name in one and name in other:
                    yield from _places((*steps, name), one[name], other[name])
                else:
                    yield (*steps, name)
        case list(), list() if len(one) == len(other):
            for index, pair in enumerate(zip(one, other, strict=True)):
                yield from _places((*steps, index), *pair)
        case _:
            if type(one) is not type(other) or one != other:
                yield steps
