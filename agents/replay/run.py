"""One job at work: what it still has to do, and how fast."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from assay.agents.topics import TOPICS, topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.replay import (
    Bounds,
    Candidate,
    Job,
    Repaired,
    ReplayBook,
    ReplayDecision,
    ReplayRequest,
    TokenBucket,
    matches,
    read_failed,
    select,
)

from .forge import Editor
from .shelf import Shelf
from .undoing import repairs_of, undoable

KEPT_MS = TOPICS[TopicRole.REPLAYS].retention_ms
MOST_CANDIDATES = 1_000_000
"""A job that finds more keeps them all in memory until their turn: use a narrower filter."""


class TooManyError(Exception):
    """The filter lets through more than a job can hold."""


@dataclass(slots=True)
class Run:
    """A running job in this process. What it is done with is in the book; this can be made anew at any time."""

    job: str
    request: ReplayRequest
    queue: deque[Candidate]
    skipped: Mapping[ReplayDecision, int]
    bucket: TokenBucket
    editor: Editor | None
    repairs: Mapping[str, Repaired] = field(default_factory=dict[str, Repaired])
    """By repair id, what is to be undone."""


async def bounds_of(shelf: Shelf, request: ReplayRequest, prefix: str) -> Bounds:
    """Where the topics of the job end now: what fails later is not part of it, so no job feeds itself."""
    roles = [origin.role for origin in request.origins]
    if request.undo is not None:
        roles.append(TopicRole.RECEIPTS)  # behind the traces: their receipts are written with them
    return {topic: await shelf.ends(topic) for topic in (topic_name(role, prefix) for role in roles)}


async def candidates(shelf: Shelf, request: ReplayRequest, bounds: Bounds) -> list[Candidate]:
    """All failing traces within the bounds that the filter lets through. Raises :class:`TooManyError`."""
    return [candidate async for candidate in _candidates(shelf, request, bounds)]


async def _candidates(shelf: Shelf, request: ReplayRequest, bounds: Bounds) -> AsyncIterator[Candidate]:
    found = 0
    for topic, ends in bounds.items():
        async for batch in shelf.records(topic, ends):
            for record in batch:
                failed = read_failed(record)
                if failed is not None and matches(request.filter, failed):
                    found += 1
                    if found > MOST_CANDIDATES:
                        raise TooManyError
                    yield failed.candidate


async def open_run(
    shelf: Shelf,
    book: ReplayBook,
    job: Job,
    editor: Editor | None,
    *,
    now_ms: int,
    monotonic_ns: Callable[[], int],
) -> Run:
    """What a job has still to do. Raises :class:`TooManyError`."""
    repairs = await repairs_of(shelf, job.request, job.bounds)
    if len(repairs) > MOST_CANDIDATES:
        raise TooManyError
    found = (
        await candidates(shelf, job.request, job.bounds)
        if job.request.undo is None
        else [each async for each in undoable(shelf, repairs, job.bounds)]
    )
    selection = select(job.job, found, book, job.request, now_ms=now_ms, kept_ms=KEPT_MS)
    # After the search: the time that it took earns nothing.
    bucket = TokenBucket(job.request.rate_per_s, monotonic_ns())
    return Run(job.job, job.request, deque(selection.queue), selection.skipped, bucket, editor, repairs)
