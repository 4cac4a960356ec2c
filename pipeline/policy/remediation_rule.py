"""A remediation rule: what it repairs, when, how, and on whose word (DESIGN 8, S0-130, D-08, D-10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..core.codes import IssueCode
from ..core.document import Json
from .any_subject import ANY
from .remediation_conditions import Condition
from .remediation_steps import Parameters, Step, Tokens

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


class RuleBook:
    """The rules of a bundle in the order in which they are folded."""

    __slots__ = ("_codes", "rules")

    def __init__(self, rules: Mapping[str, RemediationRule]) -> None:
        self.rules = tuple(sorted(rules.values(), key=lambda rule: (rule.order, rule.name)))
        self._codes = codes_of(self.rules)

    def applicable(self, code: str) -> bool:
        """Whether there is a rule for issues of this code, be it one that only proposes.

        All that can be known before the trace is opened: it sends a trace to remediation, which decides.
        """
        return code in self._codes


def codes_of(rules: Iterable[RemediationRule]) -> frozenset[str]:
    """Every code that a rule is about."""
    return frozenset(code.value for rule in rules for code in rule.codes)
