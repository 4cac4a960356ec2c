"""Whatever happens in whatever order, with crashes anywhere: each step once, in time, and none after the end (D-12)."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.escalate import (
    Effect,
    Phase,
    StepStatus,
    dump_state,
    find_stalled,
    load_state,
    next_due,
    phase_of,
)
from assay.pipeline.policy.escalation import Confirm
from assay.pipeline.policy.escalation_shipped import SHIPPED

from .conftest import FINGERPRINT, MINUTE_NS, World
from .test_auditor import seen

LOST = st.integers(min_value=0, max_value=2)


class AnyOrder(RuleBasedStateMachine):
    """One group, its people, an agent that ends at any time, and a policy that changes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.open = True
        self.episode = 1
        self.world.group(severity="low")

    def _happens(self, effects: Sequence[Effect]) -> None:
        ended = self.world.members.get("acknowledged") or not self.open
        assert not ended or all(effect.kind == "stopped" for effect in effects), (
            "somebody is called after the end"
        )

    @rule(lost=LOST, number=st.integers(1, 8))
    def issues_come(self, lost: int, number: int) -> None:
        self.world.lose = lost
        if self.open:
            self._happens(self.world.issues(number))
        else:
            self._reopen()

    @rule(lost=LOST, minutes=st.sampled_from([0.01, 1, 4, 14.99, 15, 30, 61, 240, 1441]))
    def time_passes(self, lost: int, minutes: float) -> None:
        self.world.lose = lost
        self._happens(self.world.wait(minutes))

    @rule(lost=LOST, severity=st.sampled_from(["low", "medium", "high", "critical"]))
    def it_is_as_bad_as(self, lost: int, severity: str) -> None:
        self.world.lose = lost
        self._happens(self.world.group(severity=severity))

    @rule(lost=LOST, member=st.sampled_from(["acknowledged", "confirmed"]))
    def somebody_says(self, lost: int, member: str) -> None:
        self.world.lose = lost
        if self.open:
            self._happens(self.world.group(**{member: self.world.mark()}))

    @rule(lost=LOST, status=st.sampled_from(["resolved", "ignored"]))
    def it_ends(self, lost: int, status: str) -> None:
        self.world.lose = lost
        self.open = False
        self._happens(self.world.group(status=status))

    @rule(version=st.integers(2, 9))
    def the_policy_is_edited(self, version: int) -> None:
        chains = {name: replace(chain, version=version) for name, chain in SHIPPED.chains.items()}
        self.world.matrix = replace(SHIPPED, chains=chains)

    def _reopen(self) -> None:
        self.open, self.episode = True, self.episode + 1
        self.world.minutes.clear()
        self.world.issues(
            1,
            status="detected",
            episode=self.episode,
            opened_at=rfc3339(self.world.now_ns),
            acknowledged=None,
            confirmed=None,
        )

    @invariant()
    def every_event_is_there_once(self) -> None:
        ids = [effect.event_id for effect in self.world.written]
        assert len(ids) == len(set(ids))

    @invariant()
    def nobody_is_called_too_early(self) -> None:
        assert all(
            effect.due_ns <= self.world.now_ns for effect in self.world.written if effect.kind == "step"
        )

    @invariant()
    def nothing_that_is_due_is_forgotten(self) -> None:
        if self.world.state is None:
            return
        state = load_state(self.world.state)
        due = next_due(state)
        assert due is None or due > self.world.now_ns
        groups = {FINGERPRINT: seen(self.world)}
        assert find_stalled(groups, {FINGERPRINT: state}, self.world.now_ns, 0) == []
        assert (due is not None) == (phase_of(state) is Phase.RUNNING)

    @invariant()
    def the_board_waits_for_a_person(self) -> None:
        if self.world.state is None:
            return
        state = load_state(self.world.state)
        for track in state.tracks:
            for _, step, status in track.steps():
                if step.confirm is Confirm.REQUIRED and status is StepStatus.FIRED:
                    assert state.group.confirmed is not None

    @invariant()
    def volume_is_told_once_an_hour(self) -> None:
        times = [effect.due_ns for effect in self.world.written if effect.chain == "volume"]
        episodes = [effect.group.episode for effect in self.world.written if effect.chain == "volume"]
        pairs = list(zip(times, episodes, strict=True))
        assert all(
            later - earlier >= 60 * MINUTE_NS or then != now
            for (earlier, then), (later, now) in pairwise(pairs)
        )

    @invariant()
    def the_state_survives_a_restart(self) -> None:
        if self.world.state is not None:
            assert dump_state(load_state(self.world.state)) == self.world.state


TestAnyOrder = AnyOrder.TestCase
