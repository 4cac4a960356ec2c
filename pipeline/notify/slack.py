"""Slack: the body of an incoming webhook in Block Kit, within its limits."""

from typing import Any

import orjson

from ..core.issue import Severity
from ..core.text import clip
from .message import Message
from .values import values_text

MAX_BLOCKS = 50
MAX_HEADER = 150
MAX_SECTION = 3000
MAX_FIELDS = 10
MAX_FIELD = 2000
MAX_TOTAL = 10_000
"""Slack refuses some 13,000 characters in all, although each block is within its limit; that one is not documented."""
ROOM = MAX_TOTAL - 3500
"""For sections of text: what header, fields and fallback leave at least."""
_FIELD = 200
_MARKS = {
    Severity.CRITICAL: ":red_circle:",
    Severity.HIGH: ":large_orange_circle:",
    Severity.MEDIUM: ":large_yellow_circle:",
    Severity.LOW: ":white_circle:",
}


def slack_body(message: Message) -> bytes:
    """Header, fields, what to do, and a plain text for what cannot show blocks."""
    fields = [
        {"type": "mrkdwn", "text": clip(f"*{label}*\n{clip(escaped(text), _FIELD)}", MAX_FIELD)}
        for label, text in message.facts[:MAX_FIELDS]
    ]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": clip(message.headline, MAX_HEADER)}},
        {"type": "section", "fields": fields},
        *_sections(message),
    ]
    if message.link is not None:
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": "The problem"},
            "url": message.link,
            "action_id": "open",
        }
        blocks.append({"type": "actions", "elements": [button]})
    text = f"{_MARKS[message.severity]} {clip(escaped(message.headline), 600)}"
    return orjson.dumps({"text": text, "blocks": blocks[:MAX_BLOCKS]})


def _sections(message: Message) -> list[dict[str, Any]]:
    """Lines in as few sections as they fit in; what is over the room in all is left out, and said to be."""
    values = values_text(message.values)
    texts = [escaped(line) for line in message.lines]
    if values:
        texts.append(f"```{clip(escaped(values), MAX_SECTION - 6)}```")
    sections: list[str] = []
    room = ROOM
    for text in texts:
        line = clip(text, MAX_SECTION)
        if len(line) + 1 > room:
            sections.append("… and more than fits here")
            break
        room -= len(line) + 1
        if sections and len(sections[-1]) + 1 + len(line) <= MAX_SECTION:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": section}} for section in sections]


def escaped(text: str) -> str:
    """So that nothing in it is a link, a mention or a command to Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
