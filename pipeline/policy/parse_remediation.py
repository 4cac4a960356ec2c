"""The files of ``remediation_rules/``: everything that is wrong with a rule is said before any trace meets it (D-21)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from ..core.codes import IssueCode
from ..core.document import Json, parse_pointer
from ..core.errors import Problem
from ..core.issue import Category
from .any_subject import ANY
from .classification import CodePolicy
from .fields import Fields, closest
from .json_lines import Step
from .parse_remediation_parameters import parse_parameters
from .parse_remediation_steps import parse_steps
from .parse_subject import SUBJECT_NAME
from .places import place_of
from .quoted import quoted
from .remediation_conditions import parse_conditions, parse_truth
from .remediation_reach import decides_tenant
from .remediation_rule import DEFAULT_ORDER, MOST_ORDER, Provenance, RemediationRule
from .rule_fields import POINTER, RULE_NAME, number
from .subject import Subject

KEYS: Final = (
    *("name", "version", "order", "codes", "keywords", "paths", "subject", "conditions"),
    *("steps", "parameters", "auto_remediable", "success_rate", "provenance"),
)
NEVER_AUTOMATIC: Final = frozenset({Category.SECURITY, Category.COMPLIANCE})
"""Categories whose issues no rule may repair without a person (D-10)."""
_NOT_REPAIRABLE: Final = frozenset({"corrupt", "detector"})
"""Families of codes of traces that nobody could read, or judge."""
_FILE: Final = re.compile(r"remediation_rules/(?P<name>.*)\.(?:yaml|json)")
_INT64: Final = 2**63
_KEYWORD: Final = re.compile(r"[A-Za-z]{1,64}")
_SENTENCE: Final = re.compile(r"[^\x00-\x1f]{3,500}")


class _Around(NamedTuple):
    """What a rule is held against."""

    subjects: Mapping[str, Subject]
    classification: Mapping[IssueCode, CodePolicy]
    problems: list[Problem]


def parse_remediation_rules(
    files: Mapping[str, Json],
    subjects: Mapping[str, Subject],
    classification: Mapping[IssueCode, CodePolicy],
    problems: list[Problem],
) -> dict[str, RemediationRule]:
    """The rules by name. ``files``: path → what the file holds; a rule with a problem is left out.

    A rule for a subject that is not there, or for members that its schema does not have, is no problem here: it never applies,
    or what it makes does not pass. ``lint`` tells of it.
    """
    around = _Around(subjects, classification, problems)
    rules: dict[str, RemediationRule] = {}
    for path, document in sorted(files.items()):
        before = len(problems)
        fields = Fields(path, document, KEYS, problems)
        rule = _rule(fields, path, document, around)
        if rule is None or len(problems) > before:
            continue
        if rule.name in rules:
            why = f"{rule.name} is the rule of {rules[rule.name].file} already"
            fields.problem("name", why, "Give each rule a name of its own")
            continue
        _check_tenant(fields, rule, subjects)
        if len(problems) == before:
            rules[rule.name] = rule
    return rules


def _rule(fields: Fields, path: str, document: Json, around: _Around) -> RemediationRule | None:
    problems = around.problems
    for place in _too_large(document, ()):
        why = "a number has more than 64 bits"
        fields.problem(place_of(path, place), why, "Write it as text: no trace can have it")
    name = _name(fields, path)
    version = fields.integer("version", 1, 1_000_000)
    order = fields.integer("order", 0, MOST_ORDER, DEFAULT_ORDER)
    automatic = parse_truth(fields, "auto_remediable")
    codes = _codes(fields, around.classification, automatic=automatic is not False)
    subject = fields.text("subject", SUBJECT_NAME)
    rate = number(fields, "success_rate", 0, 1)
    provenance = _provenance(fields, problems)
    steps = parse_steps(fields, problems)
    parameters = parse_parameters(fields, steps, problems)
    conditions = parse_conditions(fields, problems)
    keywords = frozenset(fields.texts("keywords", _KEYWORD))
    paths = frozenset(parse_pointer(text) for text in fields.texts("paths", POINTER))
    if name is None or version is None or order is None or subject is None:
        return None
    if automatic is None or rate is None or provenance is None:
        return None
    return RemediationRule(
        name=name,
        version=version,
        order=order,
        codes=codes,
        keywords=keywords,
        paths=paths,
        subject=subject,
        conditions=conditions,
        steps=steps,
        parameters=parameters,
        auto_remediable=automatic,
        success_rate=rate,
        provenance=provenance,
        file=path,
        document=document,
    )


def _too_large(node: Json, place: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Where an integer stands that the decoder would refuse in a trace."""
    match node:
        case dict():
            for key, value in node.items():
                yield from _too_large(value, (*place, key))
        case list():
            for index, value in enumerate(node):
                yield from _too_large(value, (*place, index))
        case int() if not -_INT64 <= node < _INT64:
            yield place
        case _:
            pass


def _name(fields: Fields, path: str) -> str | None:
    name, file = fields.text("name", RULE_NAME), _FILE.fullmatch(path)
    if name is not None and file is not None and file["name"] != name:
        fields.problem("name", f"{quoted(name)} is not the name of its file", "Rename one of the two")
    return name


def _codes(
    fields: Fields, classification: Mapping[IssueCode, CodePolicy], *, automatic: bool
) -> frozenset[IssueCode]:
    listed = fields.get("codes")
    if not isinstance(listed, list) or not listed:
        fields.problem("codes", "names no issue code", "Write it as [schema.required_missing]")
        return frozenset()
    known = {code.value: code for code in IssueCode}
    found: set[IssueCode] = set()
    for index, word in enumerate(listed):
        place = f"codes[{index}]"
        code = known.get(word) if isinstance(word, str) else None
        if code is None:
            fields.problem(place, f"{quoted(word)} is no issue code", closest(str(word), list(known)))
        elif code.family in _NOT_REPAIRABLE:
            fields.problem(place, "is of traces that nobody could judge", "Remove it: a person has to look")
        elif automatic and classification[code].category in NEVER_AUTOMATIC:
            category = classification[code].category
            why = f"{category} is never repaired automatically"
            fields.problem(place, why, "Write auto_remediable: false, so that the rule only proposes")
        elif code in found:
            fields.problem(place, "is named twice", "Name it once")
        else:
            found.add(code)
    return frozenset(found)


def _provenance(fields: Fields, problems: list[Problem]) -> Provenance | None:
    given = Fields(fields.place("provenance"), fields.get("provenance"), ("owner", "reason"), problems)
    owner, reason = given.text("owner", _SENTENCE), given.text("reason", _SENTENCE)
    return None if owner is None or reason is None else Provenance(owner, reason)


def _check_tenant(fields: Fields, rule: RemediationRule, subjects: Mapping[str, Subject]) -> None:
    if not rule.auto_remediable:
        return
    for subject in subjects.values():
        if rule.subject in {ANY, subject.name}:
            for place in decides_tenant(rule, subject):
                why = f"{place} says whose a trace of {subject.name} is"
                fields.problem("steps", why, "Leave it alone, or write auto_remediable: false")
