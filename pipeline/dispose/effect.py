"""What a repair that was judged says of each rule that took part in it (S0-125, S0-138, D-07)."""

from collections.abc import Collection

from .receipt import Effect

APPLIED = "applied"
NO_CHANGE = "no_change"
FAILED = "failed"


def effect_of(
    result: str, codes: Collection[str], before: Collection[str], after: Collection[str] | None
) -> Effect:
    """The effect of one rule.

    ``codes`` are what the rule was tried on; ``before`` and ``after`` those that blocked the trace, the latter ``None``
    when it could not be judged again. A code that was not there before is every applied rule's fault: nobody
    can tell whose. A rule is not blamed for what another one left.
    """
    if result == FAILED:
        return Effect.MISSED
    if result != APPLIED:
        return Effect.UNCLEAR
    if after is None:
        return Effect.UNCLEAR
    if not after:
        return Effect.FIXED
    if any(code in codes or code not in before for code in after):
        return Effect.MISSED
    return Effect.UNCLEAR
