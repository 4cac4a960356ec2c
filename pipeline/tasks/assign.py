"""Kind, urgency and owner of a task: deterministic in the dead letter and the policy (S0-143, S0-144)."""

import hashlib

from ..core.outcome import Reason
from ..policy.task_rules import OTHERWISE_TYPE, Priority, TaskRules
from .dead_letter import DeadLetter
from .task import TaskIssue

CRASH_TYPE = "crash_investigation"


def task_type(letter: DeadLetter, rules: TaskRules) -> str:
    """By the worst issue: its code, else the family of its code, else its category."""
    if letter.reason == Reason.WORKER_CRASH:
        return CRASH_TYPE
    worst = _worst(letter)
    if worst is None:
        return OTHERWISE_TYPE
    family = worst.code.partition(".")[0]
    for name in (worst.code, family, worst.category):
        if name in rules.types:
            return rules.types[name]
    return OTHERWISE_TYPE


def priority(letter: DeadLetter, rules: TaskRules) -> Priority:
    """By severity, and one higher for tenants whose tasks are urgent."""
    found = rules.priorities[letter.severity]
    return found.raised if letter.tenant in rules.urgent_tenants else found


def assignee(letter: DeadLetter, episode: int, rules: TaskRules) -> str:
    """Of the team's people the one whose turn it is, by problem and episode; the team itself when it names nobody."""
    people = rules.rota.get(letter.team)
    if not people:
        return letter.team.value
    turn = hashlib.sha256(f"rota/{letter.fingerprint}".encode()).digest()
    return people[(int.from_bytes(turn[:8], "big") + episode) % len(people)]


_RANKS = {"critical": 4, "high": 3, "medium": 2, "low": 1}


def _worst(letter: DeadLetter) -> TaskIssue | None:
    return max(letter.issues, key=lambda issue: _RANKS.get(issue.severity, 4), default=None)
