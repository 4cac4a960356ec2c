"""Manual tasks: one for each problem that dead letters have, its instructions, its history, and how it ends (S0-141 … S0-155)."""

from .codec import from_json, to_json
from .command import COMMAND_TYPE, TaskCommand, command_outgoing, read_command
from .dead_letter import DeadLetter, read_dead_letter
from .status import MOVES, Happening, Refusal, Status, next_status
from .step import Assigned, Completed, Taken, forgotten_at, has_seen, take_command, take_dead_letter
from .task import SCHEMA, Task, TaskIssue

__all__ = [
    "Assigned",
    "command_outgoing",
    "COMMAND_TYPE",
    "Completed",
    "DeadLetter",
    "forgotten_at",
    "from_json",
    "Happening",
    "has_seen",
    "MOVES",
    "next_status",
    "read_command",
    "read_dead_letter",
    "Refusal",
    "SCHEMA",
    "Status",
    "take_command",
    "take_dead_letter",
    "Taken",
    "Task",
    "TaskCommand",
    "TaskIssue",
    "to_json",
]
