"""What people do with a group (S0-82, S0-109, S0-116)."""

from dataclasses import replace

from .event import IssueCommand
from .facts import new_episode, transitions_with
from .group import Group
from .marks import Mark, Refused, Transition
from .seen import digest_of, remembered
from .status import OPEN, Happening, Refusal, Status
from .transitions import next_status

MOST_REFUSED = 16


def take_command(group: Group | None, command: IssueCommand, cause: str) -> Group | Refusal:
    """The group after the command, and what was refused written into it; the same object for a command that came before.

    A :class:`Refusal` alone when there is no such group.
    """
    if group is None:
        return Refusal.UNKNOWN_GROUP
    digest = digest_of(command.event_id)
    if digest in group.seen:
        return group
    group = replace(group, seen=remembered(group.seen, digest))
    if (refusal := _refusal(group, command)) is not None:
        entry = Refused(command.command, command.actor, group.status, refusal, command.at, cause)
        return replace(group, refused=(*group.refused, entry)[-MOST_REFUSED:])
    mark = Mark(command.actor, command.reason, command.at)
    match command.command:
        case Happening.ACKNOWLEDGE:
            return replace(group, acknowledged=mark)
        case Happening.CONFIRM:
            return replace(group, confirmed=mark)
        case _:
            return _moved(group, command, cause)


def _refusal(group: Group, command: IssueCommand) -> Refusal | None:
    found = next_status(group.status, command.command)
    if isinstance(found, Refusal):
        return found
    match command.command:
        case Happening.ACKNOWLEDGE if group.acknowledged is not None:
            return Refusal.ALREADY_DONE
        case Happening.CONFIRM if group.confirmed is not None:
            return Refusal.ALREADY_DONE
        case Happening.ASSIGN if not command.assignee:
            return Refusal.NO_ASSIGNEE
        case Happening.ASSIGN if command.assignee == group.assigned_to:
            return Refusal.ALREADY_DONE
        case _:
            return None


def _moved(group: Group, command: IssueCommand, cause: str) -> Group:
    became = next_status(group.status, command.command)
    assert isinstance(became, Status), "refusals were handled before"
    transition = Transition(
        was=group.status,
        became=became,
        happening=command.command,
        actor=command.actor,
        reason=command.reason,
        at=command.at,
        episode=group.episode,
        opened_at=group.opened_at,
        severity=group.severity,
        cause=cause,
    )
    if command.command is Happening.REOPEN:
        return new_episode(group, transition, command.at)
    moved = replace(group, status=became, transitions=transitions_with(group.transitions, transition))
    if command.command is Happening.ASSIGN:
        return replace(moved, assigned_to=command.assignee)
    if became in OPEN:
        return moved
    return replace(moved, resolved_at=command.at, resolution_notes=command.notes)
