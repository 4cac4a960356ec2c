"""Replay: which failing traces go through the raw topic once more, each once, in order, no faster than asked."""

from .book import Refusal, ReplayBook, Waiting
from .bucket import TokenBucket
from .decision import ReplayDecision
from .event import Bounds, Command, Event, EventKind, Verb, read_command, read_event
from .failed import Candidate, Failed, matches, read_envelope, read_failed
from .guard import Selection, decide, in_order, select
from .job import MOVES, Job, Status, moved
from .rebuild import rebuild
from .request import Edit, EditKind, Origin, ReplayFilter, ReplayRequest

__all__ = [
    "Bounds",
    "Candidate",
    "Command",
    "decide",
    "Edit",
    "EditKind",
    "Event",
    "EventKind",
    "Failed",
    "in_order",
    "Job",
    "matches",
    "moved",
    "MOVES",
    "Origin",
    "read_command",
    "read_envelope",
    "read_event",
    "read_failed",
    "rebuild",
    "Refusal",
    "ReplayBook",
    "ReplayDecision",
    "ReplayFilter",
    "ReplayRequest",
    "select",
    "Selection",
    "Status",
    "TokenBucket",
    "Verb",
    "Waiting",
]
