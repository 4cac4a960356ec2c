"""The next few traces of a job, made ready to be written together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Source
from assay.pipeline.replay import Candidate, ReplayBook, ReplayDecision, decide

from .forge import Forge, Made
from .run import KEPT_MS, Run
from .shelf import Shelf
from .undoing import Undoing, Undone, raw_records, undone

MOST_BYTES = 8_388_608
"""Values in one transaction; more take too long."""
PICKED_TOGETHER = 50
"""Envelopes that are fetched at once: some may have four mebibytes."""


@dataclass(slots=True)
class Chunk:
    """What one transaction writes, and what the book will say of it."""

    outgoing: list[Outgoing] = field(default_factory=list)
    done: dict[ReplayDecision, list[tuple[Source, int]]] = field(default_factory=dict)
    taken: int = 0
    """How many traces of the queue it is done with."""
    sent: int = 0
    bytes: int = 0

    def note(self, decision: ReplayDecision, root: Source, attempt: int) -> None:
        """The next trace of the queue ended like this."""
        self.done.setdefault(decision, []).append((root, attempt))
        self.taken += 1


class Tools(NamedTuple):
    """What it takes to make a chunk."""

    shelf: Shelf
    forge: Forge
    book: ReplayBook
    now_ns: int


async def make_chunk(run: Run, most: int, tools: Tools) -> Chunk:
    """At most so many traces from the front of the queue; the queue stays as it is."""
    chunk = Chunk()
    ahead = list(islice(run.queue, most))
    for start in range(0, len(ahead), PICKED_TOGETHER):
        some = ahead[start : start + PICKED_TOGETHER]
        await _add(chunk, some, run, tools)
        if chunk.bytes >= MOST_BYTES or chunk.taken < start + len(some):
            break
    return chunk


async def _add(chunk: Chunk, some: Sequence[Candidate], run: Run, tools: Tools) -> None:
    shelf, forge, book, now_ns = tools
    found = await shelf.pick([candidate.place for candidate in some])
    undo = run.request.undo
    raws = {} if undo is None else await raw_records(shelf, [*found.values()])
    for candidate in some:
        if chunk.bytes >= MOST_BYTES:
            return
        # Asked again: another job may have been here since the queue was made.
        decision = decide(candidate, book, run.request, now_ms=now_ns // NANOS_PER_MILLI, kept_ms=KEPT_MS)
        record = found.get(candidate.place)
        if decision is ReplayDecision.REPLAY and record is None:
            decision = ReplayDecision.EXPIRED
        if decision is not ReplayDecision.REPLAY or record is None:
            chunk.note(decision, candidate.root, candidate.attempt)
            continue
        attempt = max(candidate.attempt, book.last_try(candidate.root)) + 1
        made: Made | Undone | ReplayDecision
        if undo is None:
            made = forge(
                record,
                candidate,
                job=run.job,
                attempt=attempt,
                request=run.request,
                editor=run.editor,
                now_ns=now_ns,
            )
        else:
            doing = Undoing(undo, run.job, attempt, run.repairs, raws)
            made = undone(record, candidate, doing, forge, now_ns)
        if isinstance(made, ReplayDecision):
            chunk.note(made, candidate.root, candidate.attempt)
            continue
        chunk.outgoing += [made.raw, *made.beside]
        chunk.bytes += len(made.raw.value or b"")
        chunk.sent += 1
        chunk.note(ReplayDecision.REPLAY, candidate.root, attempt)
