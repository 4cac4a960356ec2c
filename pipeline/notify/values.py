"""What a message says of traces: nothing, unless the channel asks and somebody permits it (promise 4)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..core.document import MISSING, Json, lookup, parse_pointer
from ..core.text import clip
from ..policy.notifications import Channel, PayloadMode

MOST_CHARACTERS = 2000
"""Of the values of one message, as JSON."""
MISSING_WORD = "(missing)"


@dataclass(frozen=True, slots=True)
class NoValues:
    """The channel asks for none."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sample was opened, with permission. Never write this anywhere but into the message."""

    document: Json


@dataclass(frozen=True, slots=True)
class NotOpened:
    """The channel asks for values, and there are none: the message says so and goes all the same."""

    why: str
    """A few words of ours."""


Sample: TypeAlias = Opened | NotOpened
Values: TypeAlias = NoValues | Opened | NotOpened


def values_text(values: Values) -> str:
    """The lines for people; empty when there is nothing to say."""
    match values:
        case NoValues():
            return ""
        case NotOpened(why):
            return f"values: not opened ({why})"
        case Opened(document):
            return clip(json.dumps(document, ensure_ascii=False, indent=1), MOST_CHARACTERS)


def chosen(document: Json, channel: Channel) -> Opened:
    """Of a sample, what the channel asks for."""
    if channel.payload is PayloadMode.FULL:
        return Opened(document)
    found: Mapping[str, object] = {path: lookup(document, parse_pointer(path)) for path in channel.paths}
    return Opened({path: MISSING_WORD if value is MISSING else _json(value) for path, value in found.items()})


def _json(value: object) -> Json:
    assert value is None or isinstance(value, dict | list | str | int | float | bool)
    return value
