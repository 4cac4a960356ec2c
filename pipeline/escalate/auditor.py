"""Who watches the escalator: open groups for which nobody will be called any more, although somebody should be.

From the topics alone, whatever the agent thinks of itself (OPERATIONS 5.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..core.word import Word
from .group import Seen
from .state import Escalation, next_due

CODE: Final = "escalation_stalled"


class StallReason(Word):
    """What is wrong with the escalation of a group."""

    MISSING = "missing"
    """An open group has no escalation: the agent has not seen it."""
    BEHIND = "behind"
    """The group has become worse, and the chain of what it was still runs."""
    OVERDUE = "overdue"
    """The time of its next step has passed, and the step was not taken."""
    NOT_STOPPED = "not_stopped"
    """Somebody takes care of the group, and the escalation still runs."""
    UNREADABLE = "unreadable"
    """Group or state cannot be read."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A violation of: every open escalation has a next step in the future, or waits for a person."""

    fingerprint: str
    reason: StallReason
    since_ns: int
    """Since when it should have been otherwise; 0 when that cannot be told."""
    code: str = CODE


def find_stalled(
    groups: Mapping[str, Seen | None], states: Mapping[str, Escalation | None], now_ns: int, grace_ns: int
) -> list[Stall]:
    """Every violation that is older than ``grace_ns``, by fingerprint; ``None`` stands for what cannot be read."""
    unreadable = {named for rows in (groups, states) for named, row in rows.items() if row is None}
    found: list[Stall] = []
    for named in sorted({*groups, *states}):
        if named in unreadable:
            found.append(Stall(named, StallReason.UNREADABLE, 0))
            continue
        stall = _stall(groups.get(named), states.get(named), now_ns)
        if stall is not None and stall.since_ns + grace_ns < now_ns:
            found.append(stall)
    return found


def _stall(seen: Seen | None, state: Escalation | None, now_ns: int) -> Stall | None:
    group = None if seen is None else seen.group
    wanted = group is not None and group.is_open and group.acknowledged is None
    if seen is not None and wanted:
        group = seen.group
        if state is None or state.group.episode < group.episode:
            return Stall(group.fingerprint, StallReason.MISSING, group.opened_ns)
        if state.group.severity.rank < group.severity.rank:
            return Stall(group.fingerprint, StallReason.BEHIND, seen.last_seen_ns)
    due = None if state is None else next_due(state)
    if state is None or due is None or due > now_ns:
        return None
    return Stall(state.group.fingerprint, StallReason.OVERDUE if wanted else StallReason.NOT_STOPPED, due)
