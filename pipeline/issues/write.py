"""Writing commands for ``quality.issues``."""

import hashlib

import orjson

from ..core.cloud_event import event_headers
from ..core.outgoing import Outgoing
from ..core.topics import TopicRole
from .event import COMMAND_SCHEMA, COMMAND_TYPE, MOST_NAME, MOST_TEXT
from .status import COMMANDS, Happening


def command_record(
    fingerprint: str,
    command: Happening,
    *,
    actor: str,
    reason: str,
    at: str,
    source: str,
    assignee: str = "",
    notes: str = "",
) -> Outgoing:
    """The command as an event. Its id is made of all that it says: the same command sent again is the same event.

    Raises ``ValueError`` for nobody, for no reason and for texts that are too long.
    """
    if command not in COMMANDS:
        raise ValueError("no command")
    for name, text, most in (
        ("actor", actor, MOST_NAME),
        ("reason", reason, MOST_TEXT),
        ("assignee", assignee, MOST_NAME),
        ("notes", notes, MOST_TEXT),
    ):
        if len(text) > most:
            raise ValueError(f"{name} has more than {most} characters")
    if not actor or not reason:
        raise ValueError("a command needs an actor and a reason")
    value = orjson.dumps(
        {
            "schema": COMMAND_SCHEMA,
            "fingerprint": fingerprint,
            "command": command,
            "actor": actor,
            "reason": reason,
            "assignee": assignee,
            "notes": notes,
            "at": at,
        }
    )
    headers = event_headers(
        event_id=hashlib.sha256(value).hexdigest()[:32],
        source=source,
        event_type=COMMAND_TYPE,
        at=at,
        subject=fingerprint,
    )
    return Outgoing(TopicRole.ISSUES, None, fingerprint.encode(), value, headers, None)
