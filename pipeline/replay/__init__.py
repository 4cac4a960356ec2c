"""Replay: which failing traces go through the raw topic once more, each once, in order, no faster than asked."""

from .arrival import Arrival
from .book import Refusal, ReplayBook, Waiting
from .bucket import TokenBucket
from .decision import ReplayDecision
from .event import Bounds, Command, Event, EventKind, Verb, read_command, read_event
from .failed import Candidate, Failed, matches, read_envelope, read_failed
from .guard import Selection, decide, in_order, select
from .job import MOVES, Job, Status, moved
from .published import Repaired, raw_of, read_published, read_repaired
from .rebuild import rebuild
from .request import Edit, EditKind, Origin, ReplayFilter, ReplayRequest
from .retract import Retraction, retraction, retraction_event
from .undo import Undo

__all__ = [
    "Arrival",
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
    "read_published",
    "read_repaired",
    "raw_of",
    "rebuild",
    "Refusal",
    "ReplayBook",
    "ReplayDecision",
    "ReplayFilter",
    "ReplayRequest",
    "Repaired",
    "Retraction",
    "retraction",
    "retraction_event",
    "select",
    "Selection",
    "Status",
    "TokenBucket",
    "Undo",
    "Verb",
    "Waiting",
]
