"""Microsoft Teams: an adaptive card for a workflow that starts with a webhook."""

import re
from typing import Any

import orjson

from ..core.issue import Severity
from ..core.text import clip
from .message import Message
from .values import values_text

MAX_BYTES = 28_000
"""A Teams message with everything in it has 28 KB."""
MAX_TEXT = 6000
"""Characters of what follows the facts; four bytes each still fit."""
_COLORS = {
    Severity.CRITICAL: "Attention",
    Severity.HIGH: "Warning",
    Severity.MEDIUM: "Accent",
    Severity.LOW: "Default",
}
_MARKDOWN = re.compile(r"([\\`*_\[\]])")


def teams_body(message: Message) -> bytes:
    """The card. Where it would be too large the lines below the facts are left out."""
    body = _card(message, _lines(message))
    return body if len(body) <= MAX_BYTES else _card(message, "assay issues list shows more than fits here")


def _lines(message: Message) -> str:
    lines = [*message.lines]
    if values := values_text(message.values):
        lines.append(values)
    return clip("\n\n".join(_escaped(line) for line in lines), MAX_TEXT)


def _card(message: Message, text: str) -> bytes:
    headline: dict[str, Any] = {
        "type": "TextBlock",
        "text": _escaped(message.headline),
        "weight": "Bolder",
        "size": "Medium",
        "color": _COLORS[message.severity],
        "wrap": True,
    }
    facts = [{"title": label, "value": _escaped(clip(value, 300))} for label, value in message.facts]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [headline, {"type": "FactSet", "facts": facts}],
    }
    if text:
        card["body"].append({"type": "TextBlock", "text": text, "wrap": True})
    if message.link is not None:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "The problem", "url": message.link}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return orjson.dumps({"type": "message", "attachments": [attachment]})


def _escaped(text: str) -> str:
    """Text blocks know some Markdown; a code's underscores are none."""
    return _MARKDOWN.sub(r"\\\1", text)
