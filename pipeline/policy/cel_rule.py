"""Rules across fields that an owner writes without code: an entry under ``rules:``, its assertion in CEL (S0-40)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from ..core.codes import IssueCode
from ..core.document import MISSING, Json, parse_pointer
from ..core.errors import Problem
from .cel_program import Answer, CelProgram, Missing, expression_problem
from .fields import Fields
from .rule_fields import POINTER, entries, mapping, refuse_doubles, rule_id

KEYS: Final = ("name", "version", "code", "members", "when", "assert", "path", "missing", "holds", "violates")
EACH: Final = "*"
"""The token of a pointer that stands for every element of a list."""

T = TypeVar("T")
_MEMBER = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class CelRule:
    """One rule: what it reads, when it applies, what must hold, and what a finding says when it does not."""

    rule: str
    """``name@version``."""
    code: IssueCode
    members: Mapping[str, tuple[str, ...]]
    """Name in the expressions → where in the trace; :data:`EACH` in it gives a list."""
    when: str | None
    assertion: str
    path: str
    """The JSON Pointer that a finding has."""
    missing: Missing = Missing.SKIPS

    def program(self) -> CelProgram:
        """The rule, compiled."""
        return CelProgram(self.when, self.assertion, self.missing)


def parse_cel_rules(
    parent: Fields, key: str, codes: frozenset[IssueCode], problems: list[Problem]
) -> tuple[CelRule, ...]:
    """The rules of the list at ``key``. Each expression is compiled, and tried on the rule's own examples."""
    rules: list[CelRule] = []
    for fields in entries(parent, key, KEYS, problems):
        before = len(problems)
        rule = _rule(fields, codes)
        if rule is not None and len(problems) == before:
            _try_examples(fields, rule)
            rules.append(rule)
    refuse_doubles(parent, key, [rule.rule for rule in rules])
    return tuple(rules)


def _rule(fields: Fields, codes: frozenset[IssueCode]) -> CelRule | None:
    name = rule_id(fields)
    code = _word(fields, "code", {code.value: code for code in codes})
    members = _members(fields)
    named = fields.get("members")  # wrong ones too: what is wrong with them has been said
    names = tuple(named) if isinstance(named, dict) else ()
    when = _expression(fields, "when", names) if fields.has("when") else None
    assertion = _expression(fields, "assert", names)
    path = fields.text("path", POINTER) if fields.has("path") else ""
    missing = _word(fields, "missing", {word.value: word for word in Missing}, Missing.SKIPS)
    if name is None or code is None or assertion is None or path is None or missing is None:
        return None
    return CelRule(name, code, members, when, assertion, path, missing)


def _word(fields: Fields, key: str, known: Mapping[str, T], default: T | None = None) -> T | None:
    if not fields.has(key) and default is not None:
        return default
    word = fields.get(key)
    if isinstance(word, str) and word in known:
        return known[word]
    why = f"{word!r} is not a word for it" if fields.has(key) else "is missing"
    fields.problem(key, why, f"Use one of {', '.join(sorted(known))}")
    return None


def _members(fields: Fields) -> Mapping[str, tuple[str, ...]]:
    members: dict[str, tuple[str, ...]] = {}
    for name, pointer in mapping(fields, "members").items():
        if not _MEMBER.fullmatch(name):
            fields.problem(f"members.{name}", "is no name that CEL can read", "Use a-z, 0-9 and _")
        elif not isinstance(pointer, str) or not POINTER.fullmatch(pointer):
            fields.problem(
                f"members.{name}", f"{pointer!r} is not a JSON Pointer", "Write it as /member/member"
            )
        elif parse_pointer(pointer).count(EACH) > 1:
            fields.problem(f"members.{name}", "goes over more than one list", "Use * once")
        else:
            members[name] = parse_pointer(pointer)
    if not fields.has("members"):
        fields.problem("members", "is missing", "Name what the expressions read: amount: /outputs/amount")
    return members


def _expression(fields: Fields, key: str, members: Sequence[str]) -> str | None:
    text = fields.get(key)
    if not isinstance(text, str) or not text.strip():
        fields.problem(key, "is not an expression", "Write it in quotes, as CEL: 'amount >= 0'")
        return None
    problem = expression_problem(text, members)
    if problem is not None:
        fields.problem(key, problem, "Correct the expression; the comments of the shipped file show the form")
        return None
    return text


def _try_examples(fields: Fields, rule: CelRule) -> None:
    program = rule.program()
    for key, expected in (("holds", Answer.HOLDS), ("violates", Answer.VIOLATED)):
        for index, example in enumerate(_examples(fields, key)):
            given = {name: example.get(name, MISSING) for name in rule.members}
            answer = program.ask(given)
            if answer is not expected:
                fields.problem(
                    f"{key}[{index}]",
                    f"the rule says {answer.value} of this example",
                    "Correct the rule or the example",
                )


def _examples(fields: Fields, key: str) -> Sequence[Mapping[str, Json]]:
    listed = fields.get(key) if fields.has(key) else []
    if isinstance(listed, list) and all(isinstance(example, dict) for example in listed):
        return [example for example in listed if isinstance(example, dict)]
    fields.problem(key, "is not a list of examples", "Write each as {member: value}")
    return []
