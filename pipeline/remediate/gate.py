"""Whether a rule is trusted: its rolling success rate, measured from receipts (S0-125, S0-128)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..core.document import Json
from ..core.word import Word

THRESHOLD: Final = 0.95
"""The rate below which a rule no longer repairs (S0-125)."""
WINDOW: Final = 200
"""Results that the rate is made of: the last ones, and before there are so many, the prior in place of the missing ones."""
SHADOWS: Final = 100
"""Successes in a row, of repairs that were judged and thrown away, that open a shut gate again."""
_FORMAT: Final = 1


class Trust(Word):
    """Whether a rule may repair."""

    TRUSTED = "trusted"
    SHUT = "shut"
    """Its repairs are made, judged and thrown away; what comes of them is noted as a shadow."""


class RuleOutcome(Word):
    """What a repair says of a rule that took part in it. One that says nothing is not noted."""

    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What is known of one version of a rule."""

    prior: float
    """What is believed of it without results, 0 to 1."""
    results: int = 0
    """The last results as bits, the newest lowest; 1 is a success."""
    count: int = 0
    """How many there are, at most :data:`WINDOW`."""
    shut: bool = False
    shadows: int = 0
    """Successes in a row while shut."""

    @property
    def rate(self) -> float:
        """The success rate over the window; where results are missing, the prior stands for them.

        So a rule without a past begins with its prior, and one with nothing but successes is shut by the eleventh failure.
        """
        missing = WINDOW - self.count
        return (self.results.bit_count() + missing * self.prior) / WINDOW

    @property
    def trust(self) -> Trust:
        """Whether it may repair now."""
        return Trust.SHUT if self.shut else Trust.TRUSTED

    def noted(self, outcome: RuleOutcome) -> "RuleRecord":
        """With one more result. A shut one counts it as a shadow: it opens after :data:`SHADOWS` successes in a row, as if new."""
        success = outcome is RuleOutcome.SUCCESS
        if self.shut:
            shadows = self.shadows + 1 if success else 0
            return _started(self.prior) if shadows >= SHADOWS else replace(self, shadows=shadows)
        results = ((self.results << 1) | success) & ((1 << WINDOW) - 1)
        after = replace(self, results=results, count=min(self.count + 1, WINDOW))
        return replace(after, shut=True, shadows=0) if after.rate < THRESHOLD else after


def _started(prior: float) -> RuleRecord:
    """A record without results; of a rule that nobody believes in, shut from the start."""
    record = RuleRecord(prior)
    return replace(record, shut=record.rate < THRESHOLD)


class Gate:
    """The records of all rules by ``name@version``: a new version begins anew.

    Pure but for its own state: whoever holds it feeds it receipts in order, and keeps :meth:`to_json` where it survives.
    """

    __slots__ = ("_prior", "_records")

    def __init__(
        self, prior: Callable[[str], float], records: Mapping[str, RuleRecord] | None = None
    ) -> None:
        """``prior``: what is believed of a rule by ``name@version``, asked when it is first heard of."""
        self._prior = prior
        self._records = dict(records or {})

    def record(self, rule_id: str) -> RuleRecord:
        """What is known of a rule."""
        return self._records.get(rule_id) or _started(self._prior(rule_id))

    def trust(self, rule_id: str) -> Trust:
        """Whether it may repair."""
        return self.record(rule_id).trust

    def note(self, rule_id: str, outcome: RuleOutcome) -> RuleRecord:
        """Take in what a repair says of the rule, a shadow's as well."""
        after = self.record(rule_id).noted(outcome)
        self._records[rule_id] = after
        return after

    def rates(self) -> Mapping[str, float]:
        """The rate of each rule that was heard of."""
        return {rule_id: record.rate for rule_id, record in self._records.items()}

    def to_json(self) -> dict[str, Json]:
        """The state; :meth:`from_json` gives the same gate back."""
        return {
            "format": _FORMAT,
            "rules": {
                rule_id: {
                    "prior": record.prior,
                    "results": f"{record.results:0{record.count}b}" if record.count else "",
                    "shut": record.shut,
                    "shadows": record.shadows,
                }
                for rule_id, record in sorted(self._records.items())
            },
        }

    @classmethod
    def from_json(cls, prior: Callable[[str], float], document: Json) -> "Gate":
        """The gate of a state. Raises ``ValueError`` for what :meth:`to_json` did not write."""
        match document:
            case {"format": 1, "rules": dict(rules)}:
                return cls(prior, {rule_id: _record(entry) for rule_id, entry in rules.items()})
            case _:
                raise ValueError("this is no state of a gate")


def _record(entry: Json) -> RuleRecord:
    match entry:
        case {
            "prior": int() | float() as prior,
            "results": str(bits),
            "shut": bool(shut),
            "shadows": int(shadows),
        } if len(bits) <= WINDOW and set(bits) <= {"0", "1"}:
            return RuleRecord(float(prior), int(bits or "0", 2), len(bits), shut, shadows)
        case _:
            raise ValueError("this is no record of a rule")
