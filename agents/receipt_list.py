"""Looking receipts up on ``quality.receipts``: what rules did, to which traces, and what was taken back since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from assay.pipeline.core.clock import NANOS_PER_MILLI, ns_of
from assay.pipeline.core.document import Json
from assay.pipeline.core.edit_receipt import is_edit_receipt
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.retraction import is_retraction_event
from assay.pipeline.core.topics import TopicRole

from .audit.facts import Place
from .audit.reader import TopicReader
from .settings import Settings
from .topics import topic_name

MOST = 100_000
"""Receipts that are kept in memory; of more, the oldest are left out."""
CLOCKS_MS = 3_600_000
"""How far the clock of a worker may be from the broker's."""

OPEN_MEMBERS = (
    *("repair_id", "number", "of", "rule", "version", "at", "result", "effect", "error", "codes", "paths"),
    *("outcome", "reason", "tenant_id", "subject", "schema_version", "trace_id", "producer", "source"),
    *("attempts", "fingerprint", "input_sha256", "output_sha256", "bundle"),
)
"""What is shown of a receipt; its sealed changes are not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which receipts. A part that is empty lets all through."""

    rule: str = ""
    """A name, or ``name@version``."""
    trace: str = ""
    """A trace's id, or the raw record that it came in: ``topic/partition/offset``."""
    tenant: str = ""
    since: str = ""
    """RFC 3339, nine digits."""
    until: str = ""

    def lets_through(self, found: "Found") -> bool:
        """Whether a receipt is one of them."""
        document = found.document
        return (
            self.rule in {"", document.get("rule"), found.rule_id}
            and self.trace in {"", document.get("trace_id"), found.source}
            and self.tenant in {"", document.get("tenant_id")}
            and self.since <= found.at
            and (not self.until or found.at < self.until)
        )


class Found(NamedTuple):
    """A receipt. Its changes are sealed."""

    document: Mapping[str, Json]
    rule_id: str
    source: str
    at: str


@dataclass(slots=True)
class Receipts:
    """What was found, oldest first."""

    found: list[Found] = field(default_factory=list)
    retracted: set[tuple[str, str]] = field(default_factory=set)
    """Repair and rule of repairs that were taken back."""
    unreadable: int = 0

    def is_retracted(self, found: Found) -> bool:
        """Whether the rule was undone for this trace."""
        return (str(found.document.get("repair_id")), found.rule_id) in self.retracted

    def take(self, record: RawRecord, wanted: Wanted) -> None:
        """Book a record of the topic."""
        if is_edit_receipt(record):
            return
        found = read_found(record)
        if found is None:
            self.unreadable += 1
        elif is_retraction_event(record):
            self.retracted.add((str(found.document.get("repair_id")), found.rule_id))
        elif wanted.lets_through(found):
            self.found.append(found)


def read_found(record: RawRecord) -> Found | None:
    """The receipt, or the retraction of one; ``None`` for what is none. Never raises."""
    try:
        document: Json = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    match document:
        case {
            "rule": str(rule),
            "version": str(version),
            "at": str(at),
            "source": {"topic": str(topic), "partition": int(partition), "offset": int(offset)},
        }:
            return Found(document, f"{rule}@{version}", f"{topic}/{partition}/{offset}", at)
        case _:
            return None


def look_up(settings: Settings, wanted: Wanted) -> Receipts:
    """All that the topic has now. Blocks; raises ``DependencyUnavailableError`` and, without the topic, ``ConfigError``."""
    receipts = Receipts()
    with TopicReader(settings) as reader:
        places = reader.partitions([topic_name(TopicRole.RECEIPTS, settings.topic_prefix)])
        ranges = _ranges(reader, places, wanted.since)
        reader.read(ranges, lambda record: receipts.take(record, wanted))
    receipts.found.sort(key=lambda found: (found.at, str(found.document.get("repair_id")), _number(found)))
    del receipts.found[:-MOST]
    return receipts


def _ranges(reader: TopicReader, places: list[Place], since: str) -> Mapping[Place, tuple[int, int]]:
    """From the first record that may be of interest: receipts are written at the time that they say, or shortly after."""
    ends, starts = reader.stable(places), reader.low(places)
    if since:
        at_ms = max(0, ns_of(since) // NANOS_PER_MILLI - CLOCKS_MS)
        later = reader.since(places, at_ms)
        starts = {place: later.get(place, ends[place]) for place in places}
    return {place: (starts[place], max(starts[place], ends[place])) for place in places}


def _number(found: Found) -> int:
    number = found.document.get("number")
    return number if isinstance(number, int) else 0


def receipt_document(found: Found, receipts: Receipts) -> dict[str, Json]:
    """A receipt as JSON, without its changes."""
    shown = {name: found.document.get(name) for name in OPEN_MEMBERS}
    return shown | {"source": found.source, "retracted": receipts.is_retracted(found)}
