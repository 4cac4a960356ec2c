"""The two kinds of record on ``quality.replays``: what people ask for, and what the replay agent did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from ..core import headers as names
from ..core.cloud_event import event_headers
from ..core.document import Json
from ..core.outgoing import Outgoing
from ..core.record import Record, Source
from ..core.topics import TopicRole
from ..core.word import Word
from .decision import ReplayDecision
from .reading import integer, items, members, text
from .request import ReplayRequest

COMMAND_TYPE = "assay.replay.command.v1"
EVENT_TYPE = "assay.replay.event.v1"
COMMAND_SCHEMA = "assay/replay_command/1-0-0"
EVENT_SCHEMA = "assay/replay/1-0-0"
AGENT = "/assay/replay"
_INT63 = 2**63 - 1

Bounds = Mapping[str, Mapping[int, int]]
"""Topic → partition → the offset before which a job looks."""
Done = Mapping[ReplayDecision, Sequence[tuple[Source, int]]]
"""What became of which first raw record, and the try: of a replay the new one, else the one that was passed over."""


class Verb(Word):
    """What a person, or an agent for them, may ask."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class EventKind(Word):
    """What the agent did."""

    ACCEPTED = "accepted"
    AWAITING = "awaiting"
    """A start that was let through, and waits for a schema."""
    ARRIVED = "arrived"
    """The schema is in use: the job runs from here on."""
    REFUSED = "refused"
    """A start that was not let through: the job will never run."""
    PROGRESS = "progress"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DECLINED = "declined"
    """A command that changed nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``request`` goes with ``start`` only."""

    job: str
    verb: Verb
    actor: str
    reason: str
    at: str
    request: ReplayRequest | None = None

    @property
    def command_id(self) -> str:
        """Derived: the same command written twice is one command."""
        return f"{self.job}/{self.verb}/{self.at}"

    def to_outgoing(self, source: str) -> Outgoing:
        """The record to write; ``source`` says who asks, as a URI path."""
        document: dict[str, Json] = {
            "schema": COMMAND_SCHEMA,
            "job": self.job,
            "command": self.verb.value,
            "actor": self.actor,
            "reason": self.reason,
            "at": self.at,
        }
        if self.request is not None:
            document["request"] = self.request.to_json()
        headers = event_headers(
            event_id=self.command_id, source=source, event_type=COMMAND_TYPE, at=self.at, subject=self.job
        )
        return Outgoing(TopicRole.REPLAYS, None, self.job.encode(), orjson.dumps(document), headers, None)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the agent did with a job. ``number`` counts the job's events, so that one done again has the same id."""

    job: str
    number: int
    kind: EventKind
    at: str
    answers: str = ""
    """The id of the command that it answers."""
    actor: str = ""
    reason: str = ""
    request: ReplayRequest | None = None
    bounds: Bounds = field(default_factory=dict[str, Mapping[int, int]])
    done: Done = field(default_factory=dict[ReplayDecision, Sequence[tuple[Source, int]]])
    skipped: Mapping[str, int] = field(default_factory=dict[str, int])
    """At the end of a job: what was not even tried, by decision."""
    remaining: int = 0

    @property
    def event_id(self) -> str:
        """Derived: a transaction that is done again writes the same. A declined command is none of the job's events."""
        if self.kind is EventKind.DECLINED:
            return f"{self.answers}/declined"
        return f"{self.job}/{self.number}"

    def to_outgoing(self) -> Outgoing:
        """The record to write."""
        document: dict[str, Json] = {
            "schema": EVENT_SCHEMA,
            "job": self.job,
            "number": self.number,
            "event": self.kind.value,
            "at": self.at,
            "answers": self.answers,
            "actor": self.actor,
            "reason": self.reason,
            "remaining": self.remaining,
            "bounds": {
                topic: {str(partition): end for partition, end in ends.items()}
                for topic, ends in self.bounds.items()
            },
            "done": {decision.value: _grouped(sources) for decision, sources in self.done.items() if sources},
            "skipped": dict(self.skipped),
        }
        if self.request is not None:
            document["request"] = self.request.to_json()
        headers = event_headers(
            event_id=self.event_id,
            source=AGENT,
            event_type=EVENT_TYPE,
            at=self.at,
            subject=self.job,
        )
        return Outgoing(TopicRole.REPLAYS, None, self.job.encode(), orjson.dumps(document), headers, None)


def type_of(record: Record) -> str:
    """The event's type; empty for what is no event."""
    return (names.first(record.headers, names.CE_TYPE) or b"").decode("utf-8", "replace")


def id_of(record: Record) -> str:
    """The event's id; empty for what is no event."""
    return (names.first(record.headers, names.CE_ID) or b"").decode("utf-8", "replace")


def read_command(record: Record) -> Command:
    """The command in a record. Raises ``ValueError``, which quotes nothing, for what is none."""
    parts = _document(record, COMMAND_SCHEMA)
    request = parts.get("request")
    verb = Verb(text(parts, "command"))
    if (verb is Verb.START) != (request is not None):
        raise ValueError("a request goes with start, and with nothing else")
    return Command(
        text(parts, "job"),
        verb,
        text(parts, "actor"),
        text(parts, "reason"),
        text(parts, "at"),
        None if request is None else ReplayRequest.from_json(request),
    )


def read_event(record: Record) -> Event:
    """The agent's event in a record. Raises ``ValueError`` for what is none."""
    parts = _document(record, EVENT_SCHEMA)
    request = parts.get("request")
    return Event(
        text(parts, "job"),
        integer(parts, "number", 0, _INT63),
        EventKind(text(parts, "event")),
        text(parts, "at"),
        text(parts, "answers"),
        text(parts, "actor"),
        text(parts, "reason"),
        None if request is None else ReplayRequest.from_json(request),
        {
            topic: {int(partition): integer(ends, partition, 0, _INT63) for partition in ends}
            for topic, value in members(parts.get("bounds", {})).items()
            for ends in [members(value)]
        },
        {
            ReplayDecision(word): _sources(members(value))
            for word, value in members(parts.get("done", {})).items()
        },
        {
            word: integer(skipped, word, 0, _INT63)
            for skipped in [members(parts.get("skipped", {}))]
            for word in skipped
        },
        integer(parts, "remaining", 0, _INT63, 0),
    )


def _document(record: Record, schema: str) -> dict[str, Json]:
    try:
        parts = members(orjson.loads(record.value or b""))
    except orjson.JSONDecodeError:
        raise ValueError("not JSON") from None  # its own text quotes the bytes
    if parts.get("schema") != schema:
        raise ValueError("another schema")
    return parts


def _grouped(sources: Sequence[tuple[Source, int]]) -> Json:
    """``topic/partition`` → pairs of offset and try: a third of the bytes of spelling out each source."""
    groups: dict[str, list[Json]] = {}
    for (topic, partition, offset), attempt in sources:
        groups.setdefault(f"{topic}/{partition}", []).append([offset, attempt])
    return {place: list(pairs) for place, pairs in groups.items()}


def _sources(groups: dict[str, Json]) -> list[tuple[Source, int]]:
    found: list[tuple[Source, int]] = []
    for place in groups:
        for pair in items(groups, place):
            match pair:
                case [int(offset), int(attempt)]:
                    found.append((Source.parse(f"{place}/{offset}"), attempt))
                case _:
                    raise ValueError("a pair of offset and try is expected")
    return found
