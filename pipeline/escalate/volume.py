"""Too many of one group in too short a time (S0-183, D-13)."""

from dataclasses import replace

from ..core.clock import NANOS_PER_SECOND
from ..policy.escalation import VOLUME
from .effect import Effect, EffectKind, EscalationTrigger
from .group import Seen
from .sentence import filled
from .state import Escalation, VolumeWatch


def watch_volume(state: Escalation, seen: Seen, now_ns: int) -> tuple[Escalation, list[Effect]]:
    """The step on volume, when there are more than the rule allows in the window that ends now.

    Counted by group, never by issue. Once in a window: the next one begins where the last one fired, so that no issue
    counts twice.
    """
    watch = state.volume
    if watch is None or now_ns < watch.quiet_until_ns:
        return state, []
    within_ns = watch.rule.within_s * NANOS_PER_SECOND
    number = seen.since(now_ns - within_ns)
    if number <= watch.rule.more_than:
        return state, []
    effect = Effect(
        kind=EffectKind.STEP,
        group=state.group,
        since_ns=state.since_ns,
        chain=VOLUME,
        chain_version=watch.rule.version,
        step=watch.fired,
        roles=watch.rule.roles,
        trigger=EscalationTrigger(filled(watch.rule.reason, state.group, number), watch.rule.level),
        due_ns=now_ns,
    )
    watch = VolumeWatch(watch.rule, watch.fired + 1, now_ns + within_ns)
    return replace(state, volume=watch), [effect]
