"""Breakers: where a rule fails again and again it is not tried for a while; the trace is contained, and nothing stops."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assay.pipeline.remediate import Breaker, BreakerKey, Breakers, Permission, State
from assay.pipeline.remediate.breaker import COOL_NS, FAILURES, MOST_COOL_NS, TRIALS

KEY = BreakerKey("42", "fill@1", "4.8.1")


def opened(now_ns: int = 0) -> Breakers:
    all_of_them = Breakers()
    for _ in range(FAILURES):
        assert all_of_them.ask(KEY, now_ns) is Permission.GRANTED
        all_of_them.failed(KEY, now_ns)
    return all_of_them


def test_failures_in_a_row_open_it() -> None:
    """S0-90."""
    assert opened().states() == {KEY: State.OPEN}


def test_a_success_between_them_does_not_let_it_come_to_that() -> None:
    one = Breakers()
    for _ in range(3 * FAILURES):
        for _ in range(FAILURES - 1):
            one.failed(KEY, 0)
        assert one.succeeded(KEY) is State.CLOSED
    assert len(one) == 0


def test_only_this_tenant_rule_and_producer_version_are_contained() -> None:
    one = opened()
    assert one.ask(KEY, 1) is Permission.REFUSED
    for other in (
        KEY._replace(tenant="7"),
        KEY._replace(rule_id="fill@2"),
        KEY._replace(producer_version="4.8.2"),
    ):
        assert one.ask(other, 1) is Permission.GRANTED


def test_after_a_while_a_few_are_let_through_and_their_success_closes_it() -> None:
    one = opened()
    assert one.ask(KEY, COOL_NS - 1) is Permission.REFUSED
    asked = [one.ask(KEY, COOL_NS) for _ in range(TRIALS + 1)]
    assert asked == [Permission.TRIAL] * TRIALS + [Permission.REFUSED]
    states = [one.succeeded(KEY) for _ in range(TRIALS)]
    assert states == [State.HALF_OPEN] * (TRIALS - 1) + [State.CLOSED]
    assert one.ask(KEY, COOL_NS) is Permission.GRANTED


def test_one_trial_that_fails_opens_it_for_twice_as_long() -> None:
    one = opened()
    one.ask(KEY, COOL_NS)
    assert one.failed(KEY, COOL_NS) is State.OPEN
    assert one.ask(KEY, 3 * COOL_NS - 1) is Permission.REFUSED
    assert one.ask(KEY, 3 * COOL_NS) is Permission.TRIAL


def test_trials_that_nothing_is_heard_of_are_given_out_anew() -> None:
    """A worker that was killed with them at work must not keep it open for ever."""
    one = opened()
    for _ in range(TRIALS):
        one.ask(KEY, COOL_NS)
    assert one.ask(KEY, 2 * COOL_NS - 1) is Permission.REFUSED
    assert one.ask(KEY, 2 * COOL_NS) is Permission.TRIAL


@given(st.integers(1, 50))
def test_producers_cannot_fill_the_memory_with_versions(most: int) -> None:
    one = Breakers(most)
    for version in range(3 * most):
        one.failed(KEY._replace(producer_version=str(version)), 0)
    assert len(one) == most


class AnyUse(RuleBasedStateMachine):
    """Whatever is asked and heard, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now_ns = 0
        self.out = 0
        """Trials that were let through since it was half open."""

    @rule(passes=st.integers(0, 3 * COOL_NS))
    def time_passes(self, passes: int) -> None:
        self.now_ns += passes

    @rule()
    def ask(self) -> None:
        permission, after = self.breaker.asked(self.now_ns)
        waited = self.now_ns - self.breaker.since_ns >= self.breaker.cool_ns
        match self.breaker.state:
            case State.CLOSED:
                assert permission is Permission.GRANTED
            case State.OPEN:
                assert permission is (Permission.TRIAL if waited else Permission.REFUSED)
            case State.HALF_OPEN:
                assert permission is not Permission.GRANTED
        if permission is Permission.TRIAL:
            self.out = 1 if after.since_ns == self.now_ns and after.trials == TRIALS - 1 else self.out + 1
        self.breaker = after

    @rule()
    def succeed(self) -> None:
        before = self.breaker
        self.breaker = before.succeeded()
        assert not (before.state is State.OPEN and self.breaker.state is not State.OPEN)

    @rule()
    def fail(self) -> None:
        before = self.breaker
        self.breaker = before.failed(self.now_ns)
        assert before.state is not State.HALF_OPEN or self.breaker.state is State.OPEN

    @precondition(lambda self: self.breaker.state is State.HALF_OPEN)
    @invariant()
    def few_are_let_through(self) -> None:
        assert self.out <= TRIALS

    @invariant()
    def it_never_waits_longer_than_it_may(self) -> None:
        assert COOL_NS <= self.breaker.cool_ns <= MOST_COOL_NS


TestAnyUse = AnyUse.TestCase
