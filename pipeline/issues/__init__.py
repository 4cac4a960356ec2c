"""Issue groups: what is the same problem, how it began, how often, and what people do about it (DESIGN 8)."""

from .codec import from_json, to_json
from .commands import take_command
from .event import COMMAND_TYPE, FACT_TYPE, Fact, IssueCommand
from .facts import take_fact
from .group import EVENT_TYPE, Group
from .lifetime import ends_at
from .parse import parse
from .resolution import Resolution, resolutions
from .seen import has_taken
from .status import COMMANDS, OPEN, Happening, Refusal, Status
from .write import command_record

__all__ = [
    "Group",
    "take_fact",
    "take_command",
    "has_taken",
    "ends_at",
    "Status",
    "OPEN",
    "Happening",
    "COMMANDS",
    "Refusal",
    "Fact",
    "IssueCommand",
    "parse",
    "command_record",
    "FACT_TYPE",
    "COMMAND_TYPE",
    "EVENT_TYPE",
    "to_json",
    "from_json",
    "Resolution",
    "resolutions",
]
