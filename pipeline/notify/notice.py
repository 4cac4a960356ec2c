"""What an event of ``quality.escalations`` asks of the notifier."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ..core import headers as names
from ..core.clock import NANOS_PER_MILLI
from ..core.issue import Severity
from ..core.record import Record
from ..core.text import clip
from ..core.word import Word
from .event_json import load, nanoseconds

ESCALATION = "assay.escalation."
TASK_ASSIGNED = "assay.task.assigned.v1"
TASK = "task"
"""The chain of what tells somebody that a manual task is theirs."""
MAX_TEXT = 300
NONE = "none"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@*-]{0,127}")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


class Action(Word):
    """What a message does to what it tells of; PagerDuty's words."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Notice:
    """A step that was taken: whom to tell, and what. Nothing in it is a value of a trace."""

    event_id: str
    fingerprint: str
    episode: int
    chain: str
    step: int
    roles: tuple[str, ...]
    calls: tuple[str, ...]
    """Who is called once somebody confirms: then this message asks for that."""
    level: str
    reason: str
    severity: Severity
    category: str
    code: str
    tenant: str
    rule: str
    team: str
    count: int
    at_ns: int
    opens: bool
    """Whether the step is due at the first detection: it opens the incident that others add to."""
    action: Action = Action.TRIGGER
    """Anything else is a follow-up: the same members as those of the step that it follows up."""

    @property
    def is_task(self) -> bool:
        """Whether it tells of a task, and not of a step of an escalation."""
        return self.chain == TASK

    @property
    def group(self) -> tuple[str, int]:
        """The problem, this time. A task is apart from it: who acknowledges a problem has not done its task."""
        return f"{TASK}/{self.fingerprint}" if self.is_task else self.fingerprint, self.episode


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nobody is to be called any more."""

    event_id: str
    fingerprint: str
    episode: int
    action: Action
    at_ns: int

    @property
    def group(self) -> tuple[str, int]:
        """The problem, this time."""
        return self.fingerprint, self.episode


@dataclass(frozen=True, slots=True)
class Nothing:
    """An event that asks for no message."""


Asked: TypeAlias = Notice | Stopped | Nothing


def read_event(record: Record) -> Asked:
    """What a record of ``quality.escalations`` asks for. Never raises.

    A step that cannot be read, or in parts, is told all the same: words that are missing are ``none``, a severity that
    is unknown is critical (D-21), and without roles it goes to those that hear of everything else.
    """
    kind = _header(record, names.CE_TYPE)
    event_id = _header(record, names.CE_ID) or f"{record.topic}/{record.partition}/{record.offset}"
    if kind != TASK_ASSIGNED and not kind.startswith(ESCALATION):
        return Nothing()
    data = load(record.value)
    key = clip((record.key or b"").decode("ascii", "replace"), 128)
    if kind == TASK_ASSIGNED:
        return replace(_notice(data, event_id, key, record.timestamp * NANOS_PER_MILLI), chain=TASK)
    match kind.removeprefix(ESCALATION).removesuffix(".v1"):
        case "step" | "confirmation":
            return _notice(data, event_id, key, record.timestamp * NANOS_PER_MILLI)
        case "stopped":
            why = data.get("why")
            action = Action.ACKNOWLEDGE if why == "acknowledged" else Action.RESOLVE
            at_ns = _time(data, "at", record)
            return Stopped(event_id, _word(data, "fingerprint", key), _count(data, "episode"), action, at_ns)
        case _:
            return Nothing()


def _notice(data: Mapping[str, Any], event_id: str, key: str, written_ns: int) -> Notice:
    severity = next((one for one in Severity if one.value == data.get("severity")), Severity.CRITICAL)
    due, first = data.get("due_at"), data.get("first_detected_at")
    return Notice(
        event_id=event_id,
        fingerprint=_word(data, "fingerprint", key),
        episode=_count(data, "episode"),
        chain=_word(data, "chain"),
        step=_count(data, "step"),
        roles=_roles(data, "roles"),
        calls=_roles(data, "calls"),
        level=_word(data, "level"),
        reason=_sentence(data.get("reason")),
        severity=severity,
        category=_word(data, "category"),
        code=_word(data, "code"),
        tenant=_word(data, "tenant_id"),
        rule=_word(data, "rule"),
        team=_word(data, "team"),
        count=_count(data, "count"),
        at_ns=nanoseconds(data.get("at")) or written_ns,
        opens=due is not None and due == first and data.get("chain") != "volume",
    )


def _header(record: Record, name: str) -> str:
    value = names.first(record.headers, name)
    return "" if value is None else value.decode("utf-8", "replace")


def _word(data: Mapping[str, Any], key: str, otherwise: str = NONE) -> str:
    """An identifier and nothing else: what is not may be anything, so it is not passed on."""
    value = data.get(key)
    return value if isinstance(value, str) and _WORD.fullmatch(value) else otherwise or NONE


def _sentence(value: object) -> str:
    """One line for people."""
    if not isinstance(value, str) or not value.strip():
        return "An escalation step"
    return clip(_UNSEEN.sub(" ", value).strip(), MAX_TEXT)


def _roles(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key)
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(one for one in value if isinstance(one, str) and _ROLE.fullmatch(one)))


def _count(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else 0


def _time(data: Mapping[str, Any], key: str, record: Record) -> int:
    return nanoseconds(data.get(key)) or record.timestamp * NANOS_PER_MILLI
