"""What a dead letter or a command makes of a task: pure, and the same however often it is done (S0-141)."""

import hashlib
from dataclasses import dataclass, field, replace

from ..core.clock import NANOS_PER_SECOND, ns_of
from ..core.text import clip
from ..policy.task_rules import TaskRules
from .assign import assignee, priority, task_type
from .command import TaskCommand
from .dead_letter import DeadLetter
from .instructions import instructions
from .status import Happening, Refusal, Status, next_status
from .task import (
    MOST_HISTORY,
    MOST_NOTES,
    MOST_SEEN,
    MOST_SOURCES,
    Change,
    DeadLetters,
    Note,
    Task,
    task_id_of,
)

AGENT = "manual_remediation"
KEPT_NS = 90 * 86_400 * NANOS_PER_SECOND
"""A completed task is kept as long as the dead letters that it is about."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody has a task: tell them (S0-144)."""

    task: Task


@dataclass(frozen=True, slots=True)
class Completed:
    """A task is done: replay its dead letters, with its edit."""

    task: Task
    actor: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A task after something happened, and what is to follow."""

    task: Task | None
    effects: tuple[Assigned | Completed, ...] = field(default=())
    refused: Refusal | None = None


def take_dead_letter(task: Task | None, letter: DeadLetter, rules: TaskRules, at: str) -> Taken:
    """One more dead letter of the problem: a new task for the first one, a new episode when the task was done.

    ``at`` is when it was written, not now, so that work that is done again makes the same task.
    """
    if task is None:
        made = _new(letter, 1, rules, at)
        return Taken(made, (Assigned(made),))
    if task.status is Status.COMPLETED:
        made = _new(letter, task.episode + 1, rules, at)
        change = Change(at, AGENT, Happening.DEAD_LETTER, "the problem is back", task.status, Status.PENDING)
        made = replace(
            made, notes=task.notes, history=(*task.history, change)[-MOST_HISTORY:], seen=task.seen
        )
        return Taken(made, (Assigned(made),))
    return Taken(replace(task, dead_letters=_more(task.dead_letters, letter, at), updated_at=at))


def _new(letter: DeadLetter, episode: int, rules: TaskRules, at: str) -> Task:
    return Task(
        fingerprint=letter.fingerprint,
        episode=episode,
        status=Status.PENDING,
        task_type=task_type(letter, rules),
        priority=priority(letter, rules),
        severity=letter.severity,
        tenant_id=letter.tenant,
        subject=letter.subject,
        trace_id=letter.trace_id,
        team=letter.team.value,
        assigned_to=assignee(letter, episode, rules),
        created_at=at,
        updated_at=at,
        instructions=instructions(
            fingerprint=letter.fingerprint,
            trace_id=letter.trace_id,
            tenant_id=letter.tenant,
            severity=letter.severity.value,
            detected_at=letter.detected_at or at,
            issues=letter.issues,
            rules=rules,
        ),
        issues=letter.issues,
        dead_letters=_more(DeadLetters(), letter, at),
    )


def _more(letters: DeadLetters, letter: DeadLetter, at: str) -> DeadLetters:
    if letter.root and letter.root in letters.sources:
        return replace(letters, last_at=max(letters.last_at, at))
    sources = letters.sources
    if letter.root and len(sources) < MOST_SOURCES:
        sources = (*sources, letter.root)
    return DeadLetters(letters.count + 1, sources, letters.first_at or at, max(letters.last_at, at))


def take_command(task: Task | None, command: TaskCommand) -> Taken:
    """The task after a command. One that is refused is written into the history, with why."""
    if task is None:
        return Taken(None, refused=Refusal.NO_SUCH_TASK)
    if has_seen(task, command):
        return Taken(task)
    task = replace(task, seen=(*task.seen, _digest(command))[-MOST_SEEN:])
    became = next_status(task.status, command.command)
    refused = became if isinstance(became, Refusal) else _lacks(command)
    if refused is not None or isinstance(became, Refusal):
        return Taken(_changed(task, command, task.status, refused), refused=refused)
    changed = _changed(task, command, became, None)
    match command.command:
        case Happening.TAKE:
            taken = replace(changed, assigned_to=command.assignee or command.actor)
            told = command.assignee not in {"", command.actor}
            return Taken(taken, (Assigned(taken),) if told else ())
        case Happening.NOTE:
            note = Note(command.at, command.actor, command.text)
            return Taken(replace(changed, notes=(*changed.notes, note)[-MOST_NOTES:]))
        case Happening.EDIT:
            return Taken(replace(changed, edit=command.edit))
        case Happening.COMPLETE:
            return _completed(changed, command)
        case Happening.REOPEN | Happening.DEAD_LETTER:
            reopened = replace(changed, episode=task.episode + 1, edit=None, replay_job="", completed_at="")
            return Taken(reopened, (Assigned(reopened),))


def has_seen(task: Task, command: TaskCommand) -> bool:
    """Whether the command was taken in, or refused, before."""
    return _digest(command) in task.seen


def _digest(command: TaskCommand) -> str:
    return hashlib.sha256(command.command_id.encode()).hexdigest()[:16]


def _lacks(command: TaskCommand) -> Refusal | None:
    if command.command is Happening.NOTE and not command.text.strip():
        return Refusal.NO_TEXT
    if command.command is Happening.EDIT and command.edit is None:
        return Refusal.NO_EDIT
    return None


def _completed(task: Task, command: TaskCommand) -> Taken:
    job = task_id_of(task.fingerprint, task.episode) if command.replay else ""
    done = replace(task, completed_at=command.at, replay_job=job)
    effects = (Completed(done, command.actor, command.reason, command.at),) if command.replay else ()
    return Taken(done, effects)


def _changed(task: Task, command: TaskCommand, became: Status, refused: Refusal | None) -> Task:
    change = Change(
        command.at,
        command.actor,
        command.command,
        clip(command.reason, 500),
        task.status,
        became,
        refused,
    )
    return replace(
        task,
        status=became,
        updated_at=max(task.updated_at, command.at),
        history=(*task.history, change)[-MOST_HISTORY:],
    )


def forgotten_at(task: Task) -> int | None:
    """When a completed task may go (nanoseconds since 1970); ``None`` for one that is open."""
    if task.status is not Status.COMPLETED:
        return None
    try:
        return ns_of(task.completed_at or task.updated_at) + KEPT_NS
    except ValueError:  # a person wrote the time of the command
        return None
