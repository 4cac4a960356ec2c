"""The duplicate guard: one current try of each source, however often and by whomever it is replayed (fault 28).

Every try is written to the raw topic in one transaction with the event that names it, by one writer at a time. So
the last try of a source is known from ``quality.replays`` alone; and the failing record of exactly that try is the
source's current outcome. When there is none, the last try passed or is under way. Nothing else has to be asked:
not the valid traces, which are many and soon gone.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ..core.record import Source
from .book import ReplayBook
from .decision import ReplayDecision
from .failed import Candidate
from .request import ReplayRequest

DAY_MS = 86_400_000


class Selection(NamedTuple):
    """What a job is going to do: each source once, in the order in which to do it; and what it leaves, counted."""

    queue: list[Candidate]
    skipped: dict[ReplayDecision, int]


def decide(
    candidate: Candidate, book: ReplayBook, request: ReplayRequest, *, now_ms: int, kept_ms: int
) -> ReplayDecision:
    """Whether a failing record is to be replayed. ``kept_ms`` is how long replays are remembered."""
    if not candidate.readable:
        return ReplayDecision.NO_PAYLOAD
    last = book.last_try(candidate.root)
    if candidate.attempt < last and not request.force:
        return ReplayDecision.NOT_CURRENT
    if 0 < candidate.written_ms < now_ms - kept_ms + DAY_MS:
        # A replay of it may be older than what the topic remembers; the day is for clocks.
        return ReplayDecision.EXPIRED
    if max(candidate.attempt, last) >= request.hop_limit:
        return ReplayDecision.HOP_LIMIT
    if candidate.crashed and not request.force:
        return ReplayDecision.WORKER_CRASH
    return ReplayDecision.REPLAY


def select(
    job: str,
    candidates: Iterable[Candidate],
    book: ReplayBook,
    request: ReplayRequest,
    *,
    now_ms: int,
    kept_ms: int,
) -> Selection:
    """What of the candidates a job has to do still. The same record found twice counts once."""
    best: dict[Source, Candidate] = {}
    skipped: dict[ReplayDecision, int] = {}
    seen: set[tuple[Source, int]] = set()
    for candidate in candidates:
        if (candidate.root, candidate.attempt) in seen or book.is_done(job, candidate.root):
            continue
        seen.add((candidate.root, candidate.attempt))
        decision = decide(candidate, book, request, now_ms=now_ms, kept_ms=kept_ms)
        if decision is ReplayDecision.REPLAY:
            other = best.get(candidate.root)
            if other is not None:  # forced: of several tries the last one
                skipped[ReplayDecision.NOT_CURRENT] = skipped.get(ReplayDecision.NOT_CURRENT, 0) + 1
            if other is None or candidate.attempt > other.attempt:
                best[candidate.root] = candidate
        else:
            skipped[decision] = skipped.get(decision, 0) + 1
    return Selection(in_order(best.values()), skipped)


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Sources of a partition in the order in which they came, partitions taking turns.

    A replayed record goes to its source's partition, so this keeps the order of each key.
    """
    by_partition: dict[tuple[str, int], list[Candidate]] = {}
    for candidate in sorted(candidates):
        by_partition.setdefault(candidate.root[:2], []).append(candidate)
    turns = [
        (turn, place, candidate)
        for place, queue in by_partition.items()
        for turn, candidate in enumerate(queue)
    ]
    return [candidate for _, _, candidate in sorted(turns)]
