"""The agent as the engine of keyed lanes runs it: bytes in, bytes out, and a tick when it is wanted."""

import json
from typing import Any

import pytest

from assay.agents.escalation import EscalationStep
from assay.agents.lanes.keyed_step import KeyedStep
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.testing import BUNDLE
from assay.pipeline.escalate import UnreadableStateError

from .conftest import FINGERPRINT, MINUTE_NS, START_NS, group_document

KEY = FINGERPRINT.encode()


def a_group(**members: Any) -> RawRecord:
    value = json.dumps(group_document(**members)).encode()
    return RawRecord("quality.issue_groups", 3, 7, 0, KEY, value)


@pytest.fixture
def lane() -> KeyedStep:
    return EscalationStep(BUNDLE)


def test_a_critical_group_calls_people_at_once_and_wants_the_clock_in_15_minutes(lane: KeyedStep) -> None:
    """S0-170, S0-171."""
    state, effects, _ = lane.step(None, a_group(), START_NS)
    assert [effect.role for effect in effects] == [TopicRole.ESCALATIONS]
    assert state is not None
    assert lane.key_of(a_group()) == effects[0].key == KEY
    assert lane.due(state) == START_NS + 15 * MINUTE_NS


def test_a_tick_leaves_nothing_due_however_late_it_comes(lane: KeyedStep) -> None:
    state, *_ = lane.step(None, a_group(severity="high", category="compliance"), START_NS)
    assert state is not None
    now_ns = START_NS + 300 * MINUTE_NS
    after, effects, _ = lane.tick(state, KEY, now_ns)
    assert len(effects) == 3
    assert after is not None
    due = lane.due(after)
    assert due is not None
    assert due > now_ns


def test_the_same_group_again_changes_no_state(lane: KeyedStep) -> None:
    """So the engine writes nothing."""
    state, *_ = lane.step(None, a_group(), START_NS)
    assert lane.step(state, a_group(), START_NS + 1) == (state, [], "")


def test_a_deleted_group_takes_its_escalation_with_it(lane: KeyedStep) -> None:
    state, *_ = lane.step(None, a_group(), START_NS)
    gone = RawRecord("quality.issue_groups", 3, 8, 0, KEY, None)
    assert lane.step(state, gone, START_NS) == (None, [], "")


def test_a_group_that_was_over_before_it_was_seen_leaves_nothing(lane: KeyedStep) -> None:
    assert lane.step(None, a_group(status="resolved"), START_NS) == (None, [], "")


@pytest.mark.parametrize("value", [b"", b"{", b"null", b"[]", b"{}", b'{"fingerprint": 7}', b"\xff"])
def test_what_is_no_group_is_refused_and_changes_nothing(lane: KeyedStep, value: bytes) -> None:
    """The engine sets it aside on dlq.quality and tells."""
    state, *_ = lane.step(None, a_group(), START_NS)
    record = RawRecord("quality.issue_groups", 3, 7, 0, KEY, value)
    assert lane.step(state, record, START_NS) == (state, (), "unreadable")


@pytest.mark.parametrize("state", [b"", b"{}", b"null", b'{"schema": "assay/escalation_state/9-0-0"}'])
def test_a_state_of_somebody_else_is_refused(lane: KeyedStep, state: bytes) -> None:
    with pytest.raises(UnreadableStateError):
        lane.due(state)
