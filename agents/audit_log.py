"""Who did what and why: one chain of entries on ``quality.audit``, whoever writes it (DESIGN 9).

Every process may append. The transactional id is the same for all of them, so Kafka lets only the newest writer
commit: a writer that was overtaken reads the new end of the chain and tries again on top of it. Reading the end
comes after the producer is started, when no other writer's entry can follow it any more; that order is the proof
that the chain never forks.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from assay.pipeline.core.audit_chain import (
    NOTHING,
    Act,
    AuditVerdict,
    Entry,
    Link,
    Tampering,
    chained,
    decoded,
    hash_of,
    verify,
)
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339
from assay.pipeline.core.cloud_event import event_headers
from assay.pipeline.core.errors import FencedError, RefusedError, TransientError, UnknownOutcomeError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole

from .audit_checkpoints import Checkpoints
from .audit_topic import AuditTopic, KafkaAuditTopic
from .settings import Settings
from .topics import DAY_MS, TOPICS, topic_name
from .transport.kafka import KafkaTransport
from .transport.protocol import TransactionalProducer

EVENT_TYPE = "assay.audit.entry.v1"
SOURCE = "/assay/audit"
TRIES = 12
"""How often a writer that others overtake begins again before it says so."""
PAUSE_S = 0.02
READS = 4
SETTLES_S = 0.25
KEPT_NS = (TOPICS[TopicRole.AUDIT].retention_ms - DAY_MS) * NANOS_PER_MILLI
"""Entries younger than this are kept whatever retention does; a day's margin for clocks."""


class Producers(Protocol):
    """What makes transactional producers: a :class:`~assay.agents.transport.protocol.Transport` does."""

    def producer(self, transactional_id: str) -> TransactionalProducer: ...


class AuditLog:
    """Appends to the chain. One task at a time writes; further ones wait for it."""

    def __init__(
        self, producers: Producers, topic: AuditTopic, checkpoints: Checkpoints, transactional_id: str
    ) -> None:
        self._producers = producers
        self._topic = topic
        self._checkpoints = checkpoints
        self._id = transactional_id
        self._producer: TransactionalProducer | None = None
        self._last = NOTHING
        self._lock = asyncio.Lock()

    async def append(self, actor: str, action: str, target: str, reason: str, at_ns: int) -> Link:
        """Write one entry, and return when Kafka has committed it: do what it says only after that.

        Raises :class:`RefusedError` for an act without actor, reason or a proper action, and when the log on
        Kafka is behind what this machine knows to be written; :class:`TransientError` when it cannot be written.
        Nothing may be done in either case.
        """
        (link,) = await self.append_all([Act(actor, action, target, reason, rfc3339(at_ns))])
        return link

    async def append_all(self, acts: Sequence[Act]) -> list[Link]:
        """Write several entries, all or none of them, next to each other. As :meth:`append`."""
        if not acts:
            return []
        async with self._lock:
            for attempt in range(TRIES):
                try:
                    links = await self._append(acts)
                except FencedError:  # also for one whose outcome was unknown and now is: nothing was written
                    await self._drop()
                    await asyncio.sleep(PAUSE_S * attempt)
                else:
                    self._checkpoints.note(links[-1], acts[-1].at)
                    return links
            raise TransientError("other writers of the audit log were faster every time: try again")

    async def _append(self, acts: Sequence[Act]) -> list[Link]:
        producer = await self._writer()
        last, links, records = self._last, list[Link](), list[Outgoing]()
        for act in acts:
            value, last = chained(act, last)
            links.append(last)
            records.append(_record(act, value, last))
        try:
            await producer.begin()
            await producer.send(records)
            await producer.commit()
        except UnknownOutcomeError:
            # Taking over again settles it: it was committed before that, or never will be.
            await self._drop()
            await self._writer()
            if not await self._holds(last):
                raise FencedError("the entries were not written") from None
            return links  # others may have written behind them: `_last` is what was read
        except BaseException:
            await self._drop()
            raise
        self._last = last
        return links

    async def _writer(self) -> TransactionalProducer:
        """The producer that alone may write, and in ``_last`` the end that it writes behind."""
        if self._producer is None:
            producer = self._producer = self._producers.producer(self._id)
            try:
                await producer.start()
                self._last = _end(await self._topic.last())
                self._refuse_lost(self._last)
            except BaseException:
                await self._drop()
                raise
        return self._producer

    def _refuse_lost(self, end: Link) -> None:
        noted = self._checkpoints.last()
        if noted.seq > end.seq or (noted.seq == end.seq and noted != end):
            raise RefusedError(
                f"the audit log ends at entry {end.seq}, and {self._checkpoints.path} saw entry {noted.seq} written: "
                "entries were removed or changed. Find out why; move the file away to begin a new account"
            )

    async def _holds(self, link: Link) -> bool:
        return any(hash_of(value or b"") == link.hash for _, value in await self._topic.read())

    async def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.discard()

    async def verify(self, now_ns: int) -> AuditVerdict:
        """Check the whole log against itself and against this machine's checkpoints.

        ``now_ns`` says which of them are younger than the topic's retention: their entries must be there.
        """
        noted = self._checkpoints.all(rfc3339(now_ns - KEPT_NS))
        for _ in range(READS):
            found = await asyncio.to_thread(verify, await self._topic.read(), noted)
            if not any(finding.kind is Tampering.TRUNCATED for finding in found.findings):
                break
            await asyncio.sleep(SETTLES_S)  # what was just committed is not visible at once
        return found

    async def entries(self) -> list[Entry]:
        """All entries in order. Raises ``ValueError`` at one that is none: see :meth:`verify`."""
        return [decoded(value) for _, value in await self._topic.read()]

    async def before(self, offset: int | None, most: int) -> list[tuple[int, Entry | None]]:
        """Entries before an offset, the newest last; ``None`` for what is no entry. See :meth:`AuditTopic.before`."""
        found: list[tuple[int, Entry | None]] = []
        for at, value in await self._topic.before(offset, most):
            try:
                found.append((at, decoded(value)))
            except ValueError:
                found.append((at, None))
        return found

    async def close(self) -> None:
        """Disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _end(last: tuple[int, bytes | None] | None) -> Link:
    if last is None:
        return NOTHING
    try:
        entry = decoded(last[1])
    except ValueError:
        raise RefusedError(
            f"the audit log's last record, offset {last[0]}, is no audit entry: run `assay audit-log verify`"
        ) from None
    return Link(entry.seq, hash_of(last[1] or b""))


def _record(act: Act, value: bytes, link: Link) -> Outgoing:
    headers = event_headers(
        event_id=link.hash, source=SOURCE, event_type=EVENT_TYPE, at=act.at, subject=act.action
    )
    return Outgoing(TopicRole.AUDIT, 0, act.action.encode(), value, headers, None)


def audit_log(settings: Settings) -> AuditLog:
    """The audit log of an environment, on Kafka; connects at the first use. Close it."""
    topic = topic_name(TopicRole.AUDIT, settings.topic_prefix)
    return AuditLog(
        KafkaTransport(settings),
        KafkaAuditTopic(settings),
        Checkpoints(settings.home / "audit" / f"{settings.env}.{topic}.jsonl"),
        f"assay-{settings.env}-{topic}",
    )
