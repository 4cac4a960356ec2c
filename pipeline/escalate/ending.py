"""The end of an escalation: who was called hears that nobody is called any more."""

from collections.abc import Iterator
from dataclasses import replace

from .effect import Effect, EffectKind, EscalationTrigger, Why
from .group import GroupStatus
from .state import Escalation, heard


def tell_end(state: Escalation, now_ns: int) -> Iterator[Effect]:
    """What is said of a group that is acknowledged or closed: once for each, to those who were called, if any were."""
    match state.group.status:
        case GroupStatus.RESOLVED:
            why = Why.RESOLVED
        case GroupStatus.IGNORED:
            why = Why.IGNORED
        case _:
            why = Why.ACKNOWLEDGED
    roles, level = heard(state)
    if level is not None and why not in state.stopped:
        trigger = EscalationTrigger(f"The issue is {why}", level)
        yield Effect(
            EffectKind.STOPPED, state.group, state.since_ns, "", 0, 0, roles, trigger, now_ns, why=why
        )


def closed(state: Escalation) -> Escalation:
    """The state of an episode that is over, though nobody saw its end: a new one has begun."""
    if not state.group.is_open:
        return state
    return replace(state, group=replace(state.group, status=GroupStatus.RESOLVED))
