"""Taking back what a rule version repaired: the original bytes go through the raw topic again, marked with the rule (ADR 8).

The way of a replay, from another origin: the same book, guard, order, rate and transactions. What it adds is what it looks
for, and the two records that tell readers of a retraction, in the transaction of the raw record that takes the trace's place.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple

from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record, Source
from assay.pipeline.core.replay_mark import Mark
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import Payload
from assay.pipeline.replay import (
    Bounds,
    Candidate,
    Repaired,
    ReplayDecision,
    ReplayRequest,
    Retraction,
    Undo,
    raw_of,
    read_published,
    read_repaired,
    retraction,
    retraction_event,
)

from .forge import Forge
from .shelf import Shelf


class Undone(NamedTuple):
    """What takes its place, and what says so."""

    raw: Outgoing
    beside: list[Outgoing]


async def repairs_of(shelf: Shelf, request: ReplayRequest, bounds: Bounds) -> Mapping[str, Repaired]:
    """Repair id → what its receipt says, of every repair that is to be undone; nothing for a job that undoes none."""
    found: dict[str, Repaired] = {}
    if request.undo is None:
        return found
    topic = _topic(bounds, TopicRole.RECEIPTS)
    async for batch in shelf.records(topic, bounds[topic]):
        for record in batch:
            repaired = read_repaired(request.undo, request.filter.tenant, record)
            if repaired is not None:
                found[repaired.repair_id] = repaired
    return found


async def undoable(shelf: Shelf, repairs: Mapping[str, Repaired], bounds: Bounds) -> AsyncIterator[Candidate]:
    """The repaired traces of these repairs."""
    if not repairs:
        return
    topic = _topic(bounds, TopicRole.REMEDIATED)
    async for batch in shelf.records(topic, bounds[topic]):
        for record in batch:
            published = read_published(record)
            if published is not None and published[0] in repairs:
                # Of the two times, the one at which it was repaired: its record has the producer's.
                yield published[1]._replace(written_ms=repairs[published[0]].at_ms)


def _topic(bounds: Bounds, role: TopicRole) -> str:
    """The role's topic among those of the job, whatever the prefix was."""
    return next(topic for topic in bounds if topic.endswith(role.value))


async def raw_records(shelf: Shelf, published: Sequence[Record]) -> Mapping[Source, Record]:
    """By source, the raw records that repaired traces were made of, as far as retention has left them."""
    sources = [source for record in published if (source := raw_of(record)) is not None]
    return await shelf.pick(sources) if sources else {}


class Undoing(NamedTuple):
    """One trace in its job."""

    undo: Undo
    job: str
    attempt: int
    """The try that takes its place."""
    repairs: Mapping[str, Repaired]
    raws: Mapping[Source, Record]
    """The records that were repaired, byte for byte."""


def undone(
    published: Record,
    candidate: Candidate,
    doing: Undoing,
    forge: Forge,
    now_ns: int,
) -> Undone | ReplayDecision:
    """The raw record of the next try, which no undone rule repairs again, and the retraction; or why there is none.

    It has the bytes of the record that was repaired: the inverse patch leads to the same document, and only they are the
    same bytes (promise 2). The rules that were undone for the trace before stay so.
    """
    found, source = read_published(published), raw_of(published)
    repaired = None if found is None else doing.repairs.get(found[0])
    raw = None if source is None else doing.raws.get(source)
    if raw is None or source is None or repaired is None:
        return ReplayDecision.EXPIRED
    if candidate.root.topic != forge.raw_topic:
        return ReplayDecision.OTHER_TOPIC
    sha256 = hashlib.sha256(raw.value or b"").hexdigest().encode()
    if sha256 != names.first(published.headers, names.SHA256):
        return ReplayDecision.NO_PAYLOAD
    before = forge.mark(raw)
    if (before is not None) != (candidate.attempt > 0):
        return ReplayDecision.NO_PAYLOAD
    without = {doing.undo.rule_id, *(before.without if before else ())}
    mark = Mark(
        candidate.root,
        doing.job,
        doing.attempt,
        before.timestamp if before else raw.timestamp,
        before.receipt if before else "",
        tuple(sorted(without)),
    )
    made = forge.again(
        Payload(raw.key, raw.value, [*raw.headers]), mark, now_ns, was_replayed=before is not None
    )
    if isinstance(made, ReplayDecision):
        return made
    why = Retraction(doing.undo, doing.job, doing.attempt, forge.bundle.short_id, rfc3339(now_ns))
    now_ms = now_ns // NANOS_PER_MILLI
    beside = [
        retraction(published, source, why, now_ms),
        retraction_event(published, source, repaired.fingerprint, why),
    ]
    return Undone(made, beside)
