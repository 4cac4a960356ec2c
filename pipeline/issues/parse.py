"""Reading events of ``quality.issues``. Never raises, whatever stands there (D-15)."""

from typing import Any, TypeAlias

import orjson

from ..core.clock import ns_of
from ..core.issue import Category, Severity
from ..core.team import Team
from .event import COMMAND_SCHEMA, COMMAND_TYPE, FACT_TYPE, MOST_NAME, MOST_TEXT, Fact, IssueCommand
from .status import COMMANDS, Happening, Refusal

Event: TypeAlias = Fact | IssueCommand

_CATEGORIES = {word.value: word for word in Category}
_SEVERITIES = {word.value: word for word in Severity}
_TEAMS = {word.value: word for word in Team}
_COMMANDS = {word.value: word for word in COMMANDS}


def parse(event_type: str, event_id: str, key: bytes, value: bytes | None) -> Event | Refusal:
    """The event; :attr:`Refusal.UNREADABLE` for one that does not follow its schema or lies under another key."""
    try:
        document = orjson.loads(value or b"")
        match event_type:
            case str() if event_type == FACT_TYPE:
                event: Event = _fact(event_id, document)
            case str() if event_type == COMMAND_TYPE:
                event = _command(event_id, document)
            case _:
                return Refusal.UNREADABLE
    except (ValueError, KeyError, TypeError):
        return Refusal.UNREADABLE
    return event if event_id and event.fingerprint.encode() == key else Refusal.UNREADABLE


def _fact(event_id: str, document: dict[str, Any]) -> Fact:
    source, producer = document["source"], document["producer"]
    detected_at = _time(document, "detected_at")
    return Fact(
        event_id=event_id,
        fingerprint=_text(document, "fingerprint"),
        code=_text(document, "code"),
        category=_CATEGORIES[document["category"]],
        severity=_SEVERITIES[document["severity"]],
        blocking=bool(document["blocking"]),
        path=_text(document, "path"),
        rule=_text(document, "rule"),
        occurrences=_number(document, "occurrences"),
        tenant=_text(document, "tenant_id"),
        subject=_text(document, "subject"),
        producer=_text(producer, "name"),
        version=_text(producer, "version"),
        source=f"{_text(source, 'topic')}/{_number(source, 'partition')}/{_number(source, 'offset')}",
        attempts=_number(document, "attempts"),
        team=_TEAMS[document["team"]],
        detected_at=detected_at,
    )


def _command(event_id: str, document: dict[str, Any]) -> IssueCommand:
    if document["schema"] != COMMAND_SCHEMA:
        raise ValueError("another schema")
    at = _time(document, "at")
    command: Happening = _COMMANDS[document["command"]]
    actor, reason = _text(document, "actor", MOST_NAME), _text(document, "reason", MOST_TEXT)
    if not actor or not reason:
        raise ValueError("nobody, or no reason")
    return IssueCommand(
        event_id=event_id,
        fingerprint=_text(document, "fingerprint"),
        command=command,
        actor=actor,
        reason=reason,
        assignee=_text(document, "assignee", MOST_NAME),
        notes=_text(document, "notes", MOST_TEXT),
        at=at,
    )


def _text(document: dict[str, Any], name: str, most: int = 4096) -> str:
    text = document[name]
    if not isinstance(text, str) or len(text) > most:
        raise TypeError(name)
    return text


def _time(document: dict[str, Any], name: str) -> str:
    text = _text(document, name)
    ns_of(text)
    return text


def _number(document: dict[str, Any], name: str) -> int:
    number = document[name]
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise TypeError(name)
    return number
