"""Whom the policy calls for a drill's issue, and when: what the escalation is compared with (S0-201, S0-206)."""

from collections.abc import Sequence
from typing import NamedTuple

from ..core.issue import Category, Severity
from ..policy.escalation import VOLUME, Chain, Confirm, EscalationMatrix

MOST_TRACES = 100
"""A volume rule that asks for more is not drilled: the drill would be a load."""


class Call(NamedTuple):
    """One event on ``quality.escalations``: a step that is taken, or one that a person is asked about."""

    kind: str
    chain: str
    step: int
    roles: tuple[str, ...]


def calls_at_once(matrix: EscalationMatrix, severity: Severity, category: Category) -> tuple[Call, ...]:
    """The calls of a first trace, without waiting."""
    return tuple(
        Call("confirmation", chain.name, number, step.ask)
        if step.confirm is Confirm.REQUIRED
        else Call("step", chain.name, number, step.roles)
        for chain in _chains(matrix, severity, category)
        for number, step in enumerate(chain.steps)
        if step.after_s == 0
    )


def next_after_s(matrix: EscalationMatrix, severity: Severity, category: Category) -> int | None:
    """Seconds from the first detection to the first later step; ``None`` when there is none."""
    later = [
        step.after_s
        for chain in _chains(matrix, severity, category)
        for step in chain.steps
        if step.after_s > 0
    ]
    return min(later, default=None)


def traces_needed(matrix: EscalationMatrix) -> int:
    """How many traces of one group it takes to hear of their number too; one, where no number is drilled."""
    volume = matrix.volume
    return 1 if volume is None or volume.more_than >= MOST_TRACES else volume.more_than + 1


def volume_call(matrix: EscalationMatrix, traces: int) -> Call | None:
    """The call about their number (S0-183); ``None`` when so many are not too many."""
    volume = matrix.volume
    if volume is None or traces <= volume.more_than:
        return None
    return Call("step", VOLUME, 0, volume.roles)


def _chains(matrix: EscalationMatrix, severity: Severity, category: Category) -> Sequence[Chain]:
    found = (matrix.chains.get(severity), matrix.overlays.get(category))
    return [chain for chain in found if chain is not None]
