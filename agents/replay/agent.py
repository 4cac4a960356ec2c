"""The replay agent: hears commands, works on jobs, and writes raw records and the book of them in one transaction.

One process of the group owns ``quality.replays``, and writes under one transactional id for all jobs. So starting a
producer fences whoever worked before, whichever job that was, and the book that is read after it is final: the guard is
exact across jobs, crashes and owners. It is the order of a lane's slot (rule 3): fence, read, start.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence

from assay.agents.lanes.crash import CrashPoints
from assay.agents.lanes.within import within
from assay.agents.names import lane_group, transactional_id
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.protocol import GroupConsumer, TopicPartition, TransactionalProducer, Transport
from assay.pipeline.core.clock import NANOS_PER_MILLI, Clock, rfc3339
from assay.pipeline.core.errors import FencedError, PermanentError, TransientError, UnknownOutcomeError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import (
    Event,
    EventKind,
    Job,
    Refusal,
    ReplayBook,
    ReplayRequest,
    Status,
    Waiting,
)

from .arrivals import SETTLE_NS, Arrivals, Note, no_log
from .chunk import Chunk, Tools, make_chunk
from .events import NoReplayEvents, ReplayEvents
from .forge import Editor, EditRefusedError, Forge
from .run import Run, TooManyError, bounds_of, open_run
from .shelf import Shelf

log = logging.getLogger(__name__)

AGENT = "replay"
PARTITION = 0
IDLE_MS = 500
CLOSE_S = 4.0
STOP_S = 3.0
FIRST_REOPEN_S = 0.25
MOST_REOPEN_S = 4.0

STARTS = frozenset({EventKind.ACCEPTED, EventKind.REFUSED, EventKind.AWAITING})
"""Answers to a start: they keep the request."""

ReadEdit = Callable[[Bundle, ReplayRequest], Editor | None]


def _no_edit(_bundle: Bundle, request: ReplayRequest) -> Editor | None:
    if request.edit is not None:
        raise EditRefusedError("this agent applies no edits")
    return None


class ReplayAgent:
    """Works on the jobs of ``quality.replays``, alone among the members of its group."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        shelf: Shelf,
        clock: Clock,
        forge: Forge,
        *,
        read_edit: ReadEdit = _no_edit,
        note: Note = no_log,
        events: ReplayEvents | None = None,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
        settle_ns: int = SETTLE_NS,
    ) -> None:
        """``note`` writes to the audit log what the agent does without being told at that moment."""
        self._settings = settings
        self._transport = transport
        self._shelf = shelf
        self._clock = clock
        self._forge = forge
        self._read_edit = read_edit
        self._arrivals = Arrivals(note, monotonic_ns, settle_ns)
        self._events = events or NoReplayEvents()
        self._monotonic_ns = monotonic_ns
        self._topic = topic_name(TopicRole.REPLAYS, settings.topic_prefix)
        self._place = TopicPartition(self._topic, PARTITION)
        self._crash = CrashPoints(settings.crash_at, settings.crash_after)
        self._consumer: GroupConsumer | None = None
        self._producer: TransactionalProducer | None = None
        self._task: asyncio.Task[None] | None = None
        self._failure: asyncio.Future[BaseException] | None = None
        self._resting = False
        """Whether the task may be cancelled without harm."""
        self._closing = False
        self.book = ReplayBook()
        self._runs: dict[str, Run] = {}

    def use(self, bundle: Bundle) -> None:
        """Judge by this bundle from the next trace on."""
        self._forge.use(bundle)
        self._arrivals.changed()

    async def start(self) -> None:
        """Join the group."""
        self._failure = asyncio.get_running_loop().create_future()
        await self._shelf.start()
        self._consumer = self._transport.consumer(
            group=lane_group(self._settings, AGENT), topic=self._topic, slots=1, listener=self
        )
        await self._consumer.start()

    async def run(self) -> None:
        """Wait until the agent fails; raises what it failed of."""
        assert self._failure is not None, "start() first"
        raise await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """Let the running transaction end, and leave."""
        await self._close()
        if self._consumer is not None:
            await within(STOP_S, self._consumer.stop())
        await self._close()
        await self._shelf.stop()

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """See :class:`AssignmentListener`. Never raises: aiokafka would swallow it (rule 7)."""
        if self._place not in partitions:
            return
        self._closing = False
        self._task = asyncio.create_task(self._work(), name="replay")
        self._task.add_done_callback(self._ended)

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:  # noqa: ARG002 - there is one partition
        """See :class:`AssignmentListener`."""
        await self._close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("the replay agent ends: %s", type(error).__name__)
        if self._failure is not None and not self._failure.done():
            self._failure.set_result(error)

    async def _close(self) -> None:
        self._closing = True
        task, self._task = self._task, None
        if task is not None:
            if self._resting:
                task.cancel()
            await asyncio.wait({task}, timeout=CLOSE_S)
            while not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=0.1)
        await self._discard()

    async def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.discard()

    async def _work(self) -> None:
        delay = FIRST_REOPEN_S
        while not self._is_closing():
            try:
                await self._open()
                delay = FIRST_REOPEN_S
                while not self._is_closing():
                    await self._turn()
            except (TransientError, TimeoutError) as error:
                # The outcome of a transaction may be unknown: a new producer settles it, and the book tells (rule 6).
                log.warning("the replay agent starts over: %s", type(error).__name__)
                await self._discard()
                fenced = isinstance(error, FencedError)
                await self._rest(self._settings.session_timeout_ms / 2000 if fenced else delay)
                delay = min(2 * delay, MOST_REOPEN_S)

    def _is_closing(self) -> bool:
        return self._closing

    async def _rest(self, seconds: float) -> None:
        self._resting = True
        try:
            await asyncio.sleep(seconds)
        finally:
            self._resting = False

    async def _open(self) -> None:
        """Fence who worked before, then read the book, then go on behind it: in this order."""
        assert self._consumer is not None
        producer = self._producer = self._transport.producer(
            transactional_id(self._settings, AGENT, self._topic, 1, 0)
        )
        await producer.start()
        end = (await self._shelf.ends(self._topic))[PARTITION]
        book = ReplayBook()
        async for batch in self._shelf.records(self._topic, {PARTITION: end}):
            for record in batch:
                book.take(record)
        self.book = book
        self._runs.clear()
        self._consumer.seek(self._place, end)

    async def _turn(self) -> None:
        """One thing: an answer, the opening of a job, or a chunk; else listen."""
        for waiting in self.book.waiting():
            await self._answer(waiting)
        for job in self.book.awaiting():
            await self._arrive(job)
        for job in list(self.book.active()):
            if job.status is Status.RUNNING and job.job not in self._runs:
                await self._begin(job)
        active = {job.job for job in self.book.active() if job.status is Status.RUNNING}
        self._runs = {name: run for name, run in self._runs.items() if name in active}
        if not self._runs:
            await self._listen(IDLE_MS)
            return
        waits = {name: self._wait_ms(run) for name, run in self._runs.items()}
        name = min(waits, key=lambda each: waits[each])
        await self._listen(min(waits[name], IDLE_MS))
        # Asked again: listening ends early when there is something to hear, be it this agent's own event.
        if self._wait_ms(self._runs[name]) == 0 and not self.book.waiting():
            await self._advance(self._runs[name])

    def _wait_ms(self, run: Run) -> int:
        wait_ns = run.bucket.wait_ns(self._next_size(run), self._monotonic_ns())
        return -(-wait_ns // NANOS_PER_MILLI)

    @staticmethod
    def _next_size(run: Run) -> int:
        return min(run.bucket.chunk, len(run.queue))

    async def _listen(self, wait_ms: int) -> None:
        """Hear what was written to the topic since; waits that long for it."""
        assert self._consumer is not None
        self._resting = True
        try:
            fetched = await self._consumer.fetch([self._place], 500, wait_ms)
        finally:
            self._resting = False
        for record in fetched.records.get(self._place, ()):
            self.book.take(record)

    async def _answer(self, waiting: Waiting) -> None:
        answer = self.book.judged(waiting)
        command = waiting.command
        kind = answer if isinstance(answer, EventKind) else EventKind.DECLINED
        reason = answer.value if isinstance(answer, Refusal) else command.reason if command else ""
        request, bounds = None, {}
        if command is not None and command.request is not None:
            request = command.request
            if answer is Refusal.OVERLAPS:
                kind = EventKind.REFUSED
            elif kind is EventKind.ACCEPTED:
                bounds = dict(await bounds_of(self._shelf, request, self._settings.topic_prefix))
        event = self._event(
            waiting.job,
            kind,
            answers=waiting.command_id,
            actor=command.actor if command else "",
            reason=reason,
            request=request if kind in STARTS else None,
            bounds=bounds,
        )
        await self._commit([], event)
        log.info("replay job %s: %s", waiting.job, kind)

    async def _arrive(self, job: Job) -> None:
        """Start a job whose schema has come (S0-8)."""
        bundle = self._forge.bundle
        if not self._arrivals.has_come(job, bundle):
            return
        try:
            await self._arrivals.note(job, bundle, rfc3339(self._clock.now_ns()))
        except PermanentError as error:
            await self._commit([], self._event(job.job, EventKind.FAILED, reason=type(error).__name__))
            return
        bounds = await bounds_of(self._shelf, job.request, self._settings.topic_prefix)
        await self._commit([], self._event(job.job, EventKind.ARRIVED, bounds=bounds))
        log.info("replay job %s: %s", job.job, EventKind.ARRIVED)

    async def _begin(self, job: Job) -> None:
        try:
            editor = self._read_edit(self._forge.bundle, job.request)
            self._runs[job.job] = await open_run(
                self._shelf,
                self.book,
                job,
                editor,
                now_ms=self._clock.now_ns() // NANOS_PER_MILLI,
                monotonic_ns=self._monotonic_ns,
            )
        except TooManyError:
            await self._commit([], self._event(job.job, EventKind.FAILED, reason="too_many_traces"))
        except PermanentError as error:
            await self._commit([], self._event(job.job, EventKind.FAILED, reason=type(error).__name__))

    async def _advance(self, run: Run) -> None:
        if not run.queue:
            skipped = {decision.value: number for decision, number in run.skipped.items()}
            await self._commit([], self._event(run.job, EventKind.SUCCEEDED, skipped=skipped))
            for decision, number in run.skipped.items():
                self._events.replayed(decision, number)
            log.info("replay job %s: succeeded", run.job)
            return
        size = self._next_size(run)
        tools = Tools(self._shelf, self._forge, self.book, self._clock.now_ns())
        chunk = await make_chunk(run, size, tools)
        run.bucket.take(chunk.sent, self._monotonic_ns())
        await self._commit(chunk.outgoing, self._progress(run, chunk))
        for _ in range(chunk.taken):
            run.queue.popleft()
        for decision, sources in chunk.done.items():
            self._events.replayed(decision, len(sources))

    def _progress(self, run: Run, chunk: Chunk) -> Event:
        return self._event(
            run.job, EventKind.PROGRESS, done=chunk.done, remaining=len(run.queue) - chunk.taken
        )

    def _event(self, job: str, kind: EventKind, **members: object) -> Event:
        at = rfc3339(self._clock.now_ns())
        return Event(job, self.book.next_number(job), kind, at, **members)  # type: ignore[arg-type]  # the members of an event, by name

    async def _commit(self, outgoing: Sequence[Outgoing], event: Event) -> None:
        """Raw records and what the book says of them, all or none."""
        producer = self._producer
        if producer is None:
            raise UnknownOutcomeError("the producer is gone")
        async with asyncio.timeout(self._settings.transaction_timeout_ms / 1000):
            await producer.begin()
            self._crash.reach("after_begin")
            await producer.send([*outgoing, event.to_outgoing()])
            self._crash.reach("after_send")
            self._crash.reach("before_end_txn")
            await producer.commit()
        self._crash.reach("after_end_txn")
        self.book.note(event)
