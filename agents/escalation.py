"""The escalation lane: quality.issue_groups and time → quality.escalations (DESIGN 3, 8).

Its state is quality.escalation_state. A step of a chain is an event that is written in the same transaction as the
state which remembers it: however often the agent ends, each is there once (D-12).
"""

from collections.abc import Sequence

from assay.agents.lanes.keyed_step import Stepped
from assay.agents.lanes.keyed_work import KeyedLaneSpec
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.escalate import (
    Event,
    GroupChanged,
    GroupGone,
    Tick,
    UnreadableGroupError,
    dump_state,
    load_state,
    next_due,
    read_group,
    step,
    to_outgoing,
)
from assay.pipeline.policy.bundle import Bundle

LANE = "escalation"
INPUT = TopicRole.ISSUE_GROUPS
STATE = TopicRole.ESCALATION_STATE
STATE_TYPE = "assay.escalation_state.v1"
UNREADABLE = "unreadable"
"""Why a record that is no issue group is set aside: nobody can be called for it."""


class EscalationStep:
    """The lane's pure part: a :class:`assay.agents.lanes.keyed_step.KeyedStep`."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def use(self, bundle: Bundle) -> None:
        """Start new escalations by this bundle's matrix from now on; those that run go on as they began."""
        self._bundle = bundle

    def key_of(self, record: Record) -> bytes:
        """The fingerprint."""
        return record.key or b""

    def step(self, state: bytes | None, record: Record, now_ns: int) -> Stepped:
        """Take in what the group is now."""
        if record.value is None:
            return self._advanced(state, GroupGone(), now_ns)
        try:
            seen = read_group(record.value, now_ns)
        except UnreadableGroupError:
            return Stepped(state, refused=UNREADABLE)
        return self._advanced(state, GroupChanged(seen), now_ns)

    def due(self, state: bytes) -> int | None:
        """When the next step is to be taken."""
        return next_due(load_state(state))

    def tick(self, state: bytes, key: bytes, now_ns: int) -> Stepped:  # noqa: ARG002 - the state knows its key
        """Take the steps that are due."""
        return self._advanced(state, Tick(), now_ns)

    def _advanced(self, state: bytes | None, event: Event, now_ns: int) -> Stepped:
        before = None if state is None else load_state(state)
        after, effects = step(before, event, now_ns, self._bundle.escalation)
        outgoing: Sequence[Outgoing] = [
            to_outgoing(effect, now_ns, self._bundle.short_id) for effect in effects
        ]
        return Stepped(None if after is None else dump_state(after), outgoing)


def escalation_spec(bundle: Bundle) -> KeyedLaneSpec:
    """The lane, for the worker."""
    return KeyedLaneSpec(LANE, (INPUT,), STATE, STATE_TYPE, EscalationStep(bundle))
