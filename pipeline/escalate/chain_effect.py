"""What is said of one step of a chain."""

from ..policy.escalation import Chain
from .effect import Effect, EffectKind, EscalationTrigger, Why
from .sentence import filled
from .state import Escalation, due_of


def effect_of(
    kind: EffectKind, state: Escalation, chain: Chain, index: int, why: Why | None = None
) -> Effect:
    """The effect of this kind; a question goes to those who may answer it."""
    each = chain.steps[index]
    asks = kind is EffectKind.CONFIRMATION
    return Effect(
        kind=kind,
        group=state.group,
        since_ns=state.since_ns,
        chain=chain.name,
        chain_version=chain.version,
        step=index,
        roles=each.ask if asks else each.roles,
        trigger=EscalationTrigger(filled(each.reason, state.group), each.level),
        due_ns=due_of(state, each),
        calls=each.roles if asks else (),
        why=why,
    )
