"""The step of an escalation: (state, event, time) → (state, what to say). S0-180 … S0-184, D-12, D-13, D-20.

Times count from the first detection. Whatever was missed while nobody looked is done at once, in order, and once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias, assert_never

from ..policy.escalation import EscalationMatrix
from .due_steps import take_due_steps
from .effect import Effect
from .ending import closed, tell_end
from .group import Group, Seen
from .severity import follow_severity
from .state import Escalation, Track, VolumeWatch, is_stopped
from .volume import watch_volume


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """The group is now like this."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class GroupGone:
    """The group was deleted, and its escalation with it."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event: TypeAlias = GroupChanged | GroupGone | Tick


class Advanced(NamedTuple):
    """What a step comes to; ``state`` is ``None`` when there is nothing to remember."""

    state: Escalation | None
    effects: Sequence[Effect]


def step(state: Escalation | None, event: Event, now_ns: int, matrix: EscalationMatrix) -> Advanced:
    """The next state, and what is to be said, in order.

    Pure: a step that is done again from the same state, perhaps later, gives effects with the same ids. ``matrix`` is
    the one in use; it counts for what starts now, and what has started goes on as it began.
    """
    match event:
        case GroupChanged(seen):
            return _take(state, seen, now_ns, matrix)
        case Tick():
            return Advanced(None, ()) if state is None else _go_on(state, None, now_ns)
        case GroupGone():
            return Advanced(None, ())
        case _:
            assert_never(event)


def _take(state: Escalation | None, seen: Seen, now_ns: int, matrix: EscalationMatrix) -> Advanced:
    group = seen.group
    if state is not None and group.episode < state.group.episode:
        return Advanced(state, ())
    if state is not None and group.episode == state.group.episode:
        # A fact that comes late may be of an earlier detection.
        since_ns = min(state.since_ns, group.opened_ns)
        state, raised = follow_severity(replace(state, group=group, since_ns=since_ns), matrix)
        advanced = _go_on(state, seen, now_ns)
        return Advanced(advanced.state, [*raised, *advanced.effects])
    # It was closed and reopened since: those who were called then hear that this is over.
    ended = [] if state is None else [*tell_end(closed(state), now_ns)]
    if not group.is_open:
        return Advanced(None, ended)
    advanced = _go_on(_start(group, now_ns, matrix), seen, now_ns)
    return Advanced(advanced.state, [*ended, *advanced.effects])


def _start(group: Group, now_ns: int, matrix: EscalationMatrix) -> Escalation:
    chains = [matrix.chains.get(group.severity), matrix.overlays.get(group.category)]
    return Escalation(
        group=group,
        since_ns=min(group.opened_ns, now_ns),
        tracks=tuple(Track.start(chain) for chain in chains if chain is not None),
        volume=None if matrix.volume is None else VolumeWatch(matrix.volume),
    )


def _go_on(state: Escalation, seen: Seen | None, now_ns: int) -> Advanced:
    """Do what is due, unless somebody takes care of the group."""
    if is_stopped(state):
        effects = [*tell_end(state, now_ns)]
        told = tuple(effect.why for effect in effects if effect.why is not None)
        return Advanced(replace(state, stopped=(*state.stopped, *told)), effects)
    state, effects = take_due_steps(state, now_ns)
    if seen is not None:
        state, more = watch_volume(state, seen, now_ns)
        effects += more
    return Advanced(state, effects)
