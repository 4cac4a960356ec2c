"""What this process knows of the rules: gate and breakers, fed by what it tries itself and by what others wrote."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from assay.pipeline.dispose import Effect
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.drill_rules import DRILL_TENANT
from assay.pipeline.remediate import BreakerKey, Breakers, Gate, Permission, RuleOutcome, State, Trust

from .receipts import Noted

MOST_SEEN = 100_000
"""Receipts that are known again. More than are read back at a start, and than are ever under way."""


class RuleTrust:
    """A :class:`~assay.agents.receipts.Standing`. One for all slots of the lane, so that a rule which fails is shut for all.

    A receipt counts once: when it is made here, or when it is read, whichever comes first.
    """

    def __init__(self) -> None:
        self._priors: Mapping[str, float] = {}
        self._gate = Gate(lambda rule_id: self._priors.get(rule_id, 0.0))
        self._breakers = Breakers()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._drill = DRILL_TENANT

    def use(self, bundle: Bundle) -> None:
        """Believe of rules what this bundle says of them, until there are receipts; a new version begins anew."""
        self._drill = bundle.drill.tenant
        rules = bundle.remediation_rules.values()
        self._priors = {**self._priors, **{rule.rule_id: rule.success_rate for rule in rules}}

    def take(self, noted: Noted, now_ns: int) -> None:
        """See :class:`~assay.agents.receipts.Standing`. A rule that no bundle had here is taken in by a later one.

        Drills count for nothing: what is made to succeed or to fail says nothing of the rule (S0-204).
        """
        if noted.event_id in self._seen or noted.tenant == self._drill:
            return
        self._seen[noted.event_id] = None
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        key = BreakerKey(noted.tenant, noted.rule_id, noted.producer_version)
        match noted.effect:
            case Effect.FIXED:
                self._gate.note(noted.rule_id, RuleOutcome.SUCCESS)
                self._breakers.succeeded(key)
            case Effect.MISSED:
                self._gate.note(noted.rule_id, RuleOutcome.FAILURE)
                self._breakers.failed(key, now_ns)
            case Effect.UNCLEAR:
                pass

    def trust(self, rule_ids: Iterable[str]) -> Trust:
        """Whether all of these may repair: the worst decides."""
        shut = any(self._gate.trust(rule_id) is Trust.SHUT for rule_id in rule_ids)
        return Trust.SHUT if shut else Trust.TRUSTED

    def permission(
        self, rule_ids: Sequence[str], tenant: str, producer_version: str, now_ns: int
    ) -> Permission:
        """Whether they may be tried on this tenant's traces of this version: the worst decides.

        A question may use up a trial, so ask only for what will be judged.
        """
        asked = [
            self._breakers.ask(BreakerKey(tenant, rule_id, producer_version), now_ns) for rule_id in rule_ids
        ]
        for worst in (Permission.REFUSED, Permission.TRIAL):
            if worst in asked:
                return worst
        return Permission.GRANTED

    def rate(self, rule_id: str) -> float:
        """The rule's rolling success rate."""
        return self._gate.record(rule_id).rate

    def rates(self) -> Mapping[str, float]:
        """Of every rule that a bundle had here, and of every one that was tried."""
        known = {rule_id: self._gate.record(rule_id).rate for rule_id in self._priors}
        return {**known, **self._gate.rates()}

    def breakers(self) -> Mapping[BreakerKey, State]:
        """Every breaker that is not closed."""
        return self._breakers.states()
