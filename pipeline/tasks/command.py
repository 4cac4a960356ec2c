"""What people tell the manual-remediation agent: the records of ``quality.task_commands``."""

from dataclasses import dataclass
from typing import Any

import orjson

from ..core import headers as names
from ..core.cloud_event import event_headers
from ..core.document import Json
from ..core.outgoing import Outgoing
from ..core.record import Record
from ..core.text import clip
from ..core.topics import TopicRole
from .status import Happening
from .task import MOST_REASON, MOST_TEXT

SCHEMA = "assay/task_command/1-0-0"
COMMAND_TYPE = "assay.task.command.v1"
COMMANDS = frozenset(Happening) - {Happening.DEAD_LETTER}
MOST_EDIT = 200_000
"""Bytes of a sealed edit as JSON."""


@dataclass(frozen=True, slots=True)
class TaskCommand:
    """One command. ``text`` goes with ``note``, ``edit`` with ``edit``, ``replay`` with ``complete``."""

    fingerprint: str
    command: Happening
    actor: str
    reason: str
    at: str
    text: str = ""
    edit: dict[str, Any] | None = None
    replay: bool = True
    """Whether completing sends the dead letters through the raw topic again."""
    assignee: str = ""
    """With ``take``: for somebody else than the actor."""

    @property
    def command_id(self) -> str:
        """Derived: the same command written twice is one command."""
        return f"{self.fingerprint}/{self.command}/{self.actor}/{self.at}"


def command_outgoing(command: TaskCommand, source: str) -> Outgoing:
    """The record to write; ``source`` says who asks, as a URI path."""
    document: dict[str, Json] = {
        "schema": SCHEMA,
        "fingerprint": command.fingerprint,
        "command": command.command.value,
        "actor": command.actor,
        "reason": command.reason,
        "at": command.at,
        "text": command.text,
        "edit": command.edit,
        "replay": command.replay,
        "assignee": command.assignee,
    }
    headers = event_headers(
        event_id=command.command_id,
        source=source,
        event_type=COMMAND_TYPE,
        at=command.at,
        subject=command.fingerprint,
    )
    key = command.fingerprint.encode()
    return Outgoing(TopicRole.TASK_COMMANDS, None, key, orjson.dumps(document), headers, None)


def read_command(record: Record) -> TaskCommand | None:
    """The command in a record, its texts cut to what a task keeps; ``None`` for what is none. Never raises."""
    try:
        document: Any = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return None
    texts = [
        text
        for name in ("fingerprint", "command", "actor", "reason", "at", "text", "assignee")
        if isinstance(text := document.get(name, ""), str)
    ]
    edit, replay = document.get("edit"), document.get("replay", True)
    if len(texts) < 7 or texts[1] not in COMMANDS or not isinstance(replay, bool):
        return None
    fingerprint, word, actor, reason, at, text, assignee = texts
    if edit is not None and (not isinstance(edit, dict) or len(orjson.dumps(edit)) > MOST_EDIT):
        return None
    return TaskCommand(
        fingerprint,
        Happening(word),
        clip(actor, MOST_REASON),
        clip(reason, MOST_REASON),
        clip(at, 64),
        clip(text, MOST_TEXT),
        edit,
        replay,
        clip(assignee, MOST_REASON),
    )


def type_of(record: Record) -> str:
    """The event's type; empty for what is no event."""
    return (names.first(record.headers, names.CE_TYPE) or b"").decode("utf-8", "replace")
