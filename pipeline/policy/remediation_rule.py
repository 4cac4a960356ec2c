"""A remediation rule: what it repairs, when, how, and on whose word (DESIGN 8, S0-130, D-08, D-10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.verdict import NONE
from .any_subject import ANY
from .remediation_conditions import Condition
from .remediation_place import AT_ISSUE, shape, tokens_of
from .remediation_steps import Alias, Clamp, Default, Parameters, Step, Tokens

DEFAULT_ORDER: Final = 500
MOST_ORDER: Final = 1000


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who stands behind the values that a rule writes, and why they are right."""

    owner: str
    reason: str


@dataclass(frozen=True, slots=True)
class RemediationRule:
    """One file of ``remediation_rules/``."""

    name: str
    version: int
    order: int
    """Rules work on one copy, the lowest order first; of equal ones the first by name (D-11)."""
    codes: frozenset[IssueCode]
    keywords: frozenset[str]
    """Only issues of these schema keywords; empty: of any."""
    paths: frozenset[Tokens]
    """Only issues at these places, ``*`` for any index; empty: anywhere."""
    subject: str
    """Only traces of this subject, or ``any``."""
    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...]
    parameters: Parameters
    auto_remediable: bool
    """Whether it may be applied without a person (S0-128)."""
    success_rate: float
    """What is believed of it before there are receipts (the prior of the rolling rate)."""
    provenance: Provenance
    file: str
    document: Json
    """The rule as its file has it."""

    @property
    def rule_id(self) -> str:
        """``name@version``: how receipts, rates and breakers know it. A new version is a new rule to them."""
        return f"{self.name}@{self.version}"

    def is_about(self, subject: str, code: str, keyword: str, path: Tokens) -> bool:
        """Whether an issue is one for this rule; ``path`` without indexes."""
        return (
            code in self.codes
            and self.subject in {ANY, subject}
            and (not self.keywords or keyword in self.keywords)
            and (not self.paths or path in self.paths)
        )

    def may_write(self, path: Tokens) -> bool:
        """Whether a step of the rule has anything to write for an issue at this place, ``path`` without indexes.

        No, where every step looks the place of the issue up in a table of the rule, and no table has it.
        """
        return any(self._knows(step, path) for step in self.steps)

    def _knows(self, step: Step, path: Tokens) -> bool:
        match step:
            case Default(path=place) if place == AT_ISSUE:
                return path in self.parameters.field_defaults
            case Alias(path=place) if place == AT_ISSUE:
                return path in self.parameters.aliases
            case Clamp(path=place) if place == AT_ISSUE:
                return path in self.parameters.ranges
            case _:
                return True


class RuleBook:
    """The rules of a bundle in the order in which they are folded."""

    __slots__ = ("_by_code", "rules")

    def __init__(self, rules: Mapping[str, RemediationRule]) -> None:
        self.rules = tuple(sorted(rules.values(), key=lambda rule: (rule.order, rule.name)))
        by_code: dict[str, list[RemediationRule]] = {}
        for rule in self.rules:
            for code in rule.codes:
                by_code.setdefault(code.value, []).append(rule)
        self._by_code = by_code

    def applicable(self, subject: str, code: str, keyword: str, path: str) -> bool:
        """Whether there is a rule for an issue, be it one that only proposes (D-08).

        ``path`` is the issue's JSON Pointer, whatever it is (D-15). ``subject`` is ``none`` where nobody knows yet what the
        trace is: a rule of any subject may turn out to be for it. Whether the rule has something to write, only the
        open trace can say: this sends it to remediation, which decides.
        """
        rules = self._by_code.get(code)
        if not rules:
            return False
        place = shape(tokens_of(path))
        return any(
            rule.is_about(rule.subject if subject == NONE else subject, code, keyword, place)
            and rule.may_write(place)
            for rule in rules
        )
