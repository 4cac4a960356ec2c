"""Escalation: who is called next for an issue group, as a pure function of its state, an event and the time.

One state for each group; ``step`` gives the next one and what is to be said, once each: a step is a fact with the id
group/chain@version/step/episode (D-12). ``next_due`` says when the clock has to come back, ``find_stalled`` finds
groups that nobody will be called for any more although they should be (OPERATIONS 5.3).
"""

from .auditor import Stall, StallReason, find_stalled
from .effect import Effect, EffectKind, EscalationTrigger, Why
from .event import to_outgoing
from .group import Group, GroupStatus, Mark, Seen, UnreadableGroupError, read_group
from .state import Escalation, Phase, StepStatus, Track, next_due, phase_of
from .state_json import UnreadableStateError, dump_state, load_state
from .step import Advanced, Event, GroupChanged, GroupGone, Tick, step

__all__ = [
    "step",
    "Advanced",
    "Event",
    "GroupChanged",
    "GroupGone",
    "Tick",
    "Escalation",
    "Track",
    "StepStatus",
    "Phase",
    "phase_of",
    "next_due",
    "dump_state",
    "load_state",
    "UnreadableStateError",
    "Group",
    "GroupStatus",
    "Mark",
    "Seen",
    "read_group",
    "UnreadableGroupError",
    "Effect",
    "EffectKind",
    "EscalationTrigger",
    "Why",
    "to_outgoing",
    "find_stalled",
    "Stall",
    "StallReason",
]
