"""A breaker per tenant, rule and producer version: where a rule fails again and again, it is not tried for a while.

The gate asks whether a rule is right; the breaker, whether it is right *here*. Open, it degrades to containment: the trace is
quarantined and counted, nothing stops, and nobody is flooded.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from ..core.clock import NANOS_PER_SECOND
from ..core.word import Word

FAILURES: Final = 5
"""Failures in a row that open a breaker."""
TRIALS: Final = 3
"""Tries that are let through when it has been open long enough; if all succeed it is closed."""
COOL_NS: Final = 60 * NANOS_PER_SECOND
"""How long it is open at first; twice as long each time that a trial fails."""
MOST_COOL_NS: Final = 3600 * NANOS_PER_SECOND
MOST_KEYS: Final = 10_000
"""Breakers that are remembered; of more, those that were asked longest ago are forgotten, and so closed."""


class State(Word):
    """What a breaker lets through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Permission(Word):
    """Whether a rule may be tried here."""

    GRANTED = "granted"
    TRIAL = "trial"
    """It may; what comes of it decides whether the breaker closes."""
    REFUSED = "refused"
    """It may not: the trace is contained."""


class BreakerKey(NamedTuple):
    """What one breaker watches."""

    tenant: str
    rule_id: str
    producer_version: str


@dataclass(frozen=True, slots=True)
class Breaker:
    """One breaker; time is in nanoseconds and comes from outside."""

    state: State = State.CLOSED
    failures: int = 0
    """In a row, while closed."""
    since_ns: int = 0
    """When it was opened, or when the trials under way were let through."""
    cool_ns: int = COOL_NS
    trials: int = 0
    """Left to be let through, while half open."""
    successes: int = 0
    """Of trials."""

    def asked(self, now_ns: int) -> "tuple[Permission, Breaker]":
        """Whether a rule may be tried now, and the breaker afterwards.

        Trials of which nothing is heard again are given out anew after another cooling time.
        """
        match self.state:
            case State.CLOSED:
                return Permission.GRANTED, self
            case State.HALF_OPEN if self.trials > 0:
                return Permission.TRIAL, replace(self, trials=self.trials - 1)
            case _ if now_ns - self.since_ns >= self.cool_ns:
                after = replace(self, state=State.HALF_OPEN, since_ns=now_ns, trials=TRIALS - 1, successes=0)
                return Permission.TRIAL, after
            case _:
                return Permission.REFUSED, self

    def succeeded(self) -> "Breaker":
        """After a repair that passed."""
        match self.state:
            case State.CLOSED:
                return CLOSED
            case State.HALF_OPEN:
                successes = self.successes + 1
                return CLOSED if successes >= TRIALS else replace(self, successes=successes)
            case State.OPEN:
                return self  # let through before it was opened

    def failed(self, now_ns: int) -> "Breaker":
        """After one that did not."""
        match self.state:
            case State.CLOSED if self.failures + 1 < FAILURES:
                return replace(self, failures=self.failures + 1)
            case State.CLOSED:
                return Breaker(State.OPEN, since_ns=now_ns, cool_ns=self.cool_ns)
            case State.HALF_OPEN:
                longer = min(2 * self.cool_ns, MOST_COOL_NS)
                return Breaker(State.OPEN, since_ns=now_ns, cool_ns=longer)
            case State.OPEN:
                return self


CLOSED: Final = Breaker()


class Breakers:
    """All breakers of a lane. Only those that have something to remember take room, and never more than :data:`MOST_KEYS`."""

    __slots__ = ("_breakers", "_most")

    def __init__(self, most: int = MOST_KEYS) -> None:
        self._breakers: OrderedDict[BreakerKey, Breaker] = OrderedDict()
        self._most = most

    def ask(self, key: BreakerKey, now_ns: int) -> Permission:
        """Whether the rule may be tried."""
        permission, after = self._breakers.get(key, CLOSED).asked(now_ns)
        self._keep(key, after)
        return permission

    def succeeded(self, key: BreakerKey) -> State:
        """A repair passed; the state from now on."""
        return self._keep(key, self._breakers.get(key, CLOSED).succeeded())

    def failed(self, key: BreakerKey, now_ns: int) -> State:
        """A repair did not pass; the state from now on. People are told when it becomes ``open``."""
        return self._keep(key, self._breakers.get(key, CLOSED).failed(now_ns))

    def states(self) -> dict[BreakerKey, State]:
        """Every breaker that is not closed."""
        return {key: one.state for key, one in self._breakers.items() if one.state is not State.CLOSED}

    def __len__(self) -> int:
        return len(self._breakers)

    def _keep(self, key: BreakerKey, after: Breaker) -> State:
        if after == CLOSED:
            self._breakers.pop(key, None)
        else:
            self._breakers[key] = after
            self._breakers.move_to_end(key)
            if len(self._breakers) > self._most:
                self._breakers.popitem(last=False)
        return after.state
