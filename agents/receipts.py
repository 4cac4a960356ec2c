"""Reading ``quality.receipts`` back, without a group: what remediation rules did lately, here and in other processes (S0-125).

Success rates are made of receipts, so they survive restarts, and a rule that fails elsewhere is shut here as well.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import mode
import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError

from assay.pipeline.core import headers as names
from assay.pipeline.core.edit_receipt import is_edit_receipt
from assay.pipeline.core.errors import DependencyUnavailableError, TransientError
from assay.pipeline.core.record import Record
from assay.pipeline.core.retraction import is_retraction_event
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import Effect

from .kafka_auth import aiokafka_security
from .settings import Settings
from .topics import TOPICS, topic_name
from .transport.kafka.stopping import stopped

log = logging.getLogger(__name__)

WAIT_MS = 250
"""How long :meth:`KafkaReceipts.more` waits for news."""
TAIL_RECORDS = 2500
"""Receipts of each partition that are read back at the start: with 8 partitions, the windows of a hundred rules."""
REPORT_S = 5.0
FIRST_REOPEN_S = 0.5
MOST_REOPEN_S = 15.0


class Noted(NamedTuple):
    """What a receipt says of its rule."""

    event_id: str
    """Of the same work, the same: however often it is done and read."""
    rule_id: str
    """``name@version``."""
    effect: Effect
    tenant: str
    producer: str
    producer_version: str


class Standing(Protocol):
    """Who keeps the rates of the rules."""

    def take(self, noted: Noted, now_ns: int) -> None:
        """Count one result; one that was counted before changes nothing."""
        ...


class Receipts(Protocol):
    """The topic as one reads it. Both reading methods raise :class:`TransientError`."""

    async def open(self) -> Sequence[Record]:
        """Connect, and give the last receipts of every partition, oldest first."""
        ...

    async def more(self) -> Sequence[Record]:
        """What came since; waits a little for it, and gives nothing when there is nothing, or after ``close``."""
        ...

    async def close(self) -> None:
        """Disconnect. Never raises; may be called at any time, and ``open`` after it."""
        ...


def read_noted(value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> Noted | None:
    """What a receipt says, or ``None`` for what is none. Never raises; its changes stay sealed."""
    try:
        match orjson.loads(value or b""):
            case {
                "rule": str(rule),
                "version": str(version),
                "effect": str(effect),
                "tenant_id": str(tenant),
                "producer": {"name": str(producer), "version": str(producer_version)},
            }:
                event_id = (names.first(headers, names.CE_ID) or b"").decode()
                return Noted(
                    event_id, f"{rule}@{version}", Effect(effect), tenant, producer, producer_version
                )
    except ValueError:
        pass
    return None


class ReceiptWatch:
    """Keeps a :class:`Standing` up to date: at its start from the last receipts, then as they come.

    While Kafka is away, rules stand as they stood; what this process tries itself is counted without it.
    """

    def __init__(self, source: Receipts, standing: Standing) -> None:
        self._source = source
        self._standing = standing
        self._stopping = False

    async def start(self) -> None:
        """Read back: nobody may begin to repair by a rule that was shut. Raises :class:`TransientError`."""
        self._take(await self._source.open())

    async def run(self) -> None:
        """Follow the topic until :meth:`stop`. Raises nothing that the topic or Kafka could be the cause of."""
        while not self._stopping:
            try:
                self._take(await self._source.more())
            except TransientError as error:
                log.warning("receipts cannot be read, rules stand as they stood: %s", error)
                await self._reopen()

    async def stop(self) -> None:
        """Disconnect."""
        self._stopping = True
        await self._source.close()

    async def _reopen(self) -> None:
        delay = FIRST_REOPEN_S
        while not self._stopping:
            await asyncio.sleep(delay)
            try:
                self._take(await self._source.open())
            except TransientError:
                delay = min(2 * delay, MOST_REOPEN_S)
            else:
                return

    def _take(self, records: Sequence[Record]) -> None:
        for record in records:
            if is_edit_receipt(record) or is_retraction_event(record):
                continue
            noted = read_noted(record.value, record.headers)
            if noted is None:
                log.error(
                    "quality.receipts holds a record that Assay did not write; it is left out of account"
                )
            else:
                self._standing.take(noted, max(record.timestamp, 0) * 1_000_000)


class KafkaReceipts:
    """:class:`Receipts` on Kafka."""

    def __init__(self, settings: Settings, tail: int = TAIL_RECORDS) -> None:
        self._settings = settings
        self._topic = topic_name(TopicRole.RECEIPTS, settings.topic_prefix)
        self._tail = tail
        self._consumer: AIOKafkaConsumer | None = None

    async def open(self) -> Sequence[Record]:
        """See :class:`Receipts`. Committed ones only: a repair that was rolled back says nothing."""
        await self.close()
        settings = self._settings
        consumer = self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            request_timeout_ms=settings.request_timeout_ms,
            max_partition_fetch_bytes=TOPICS[TopicRole.RECEIPTS].max_message_bytes,
            fetch_max_wait_ms=WAIT_MS,
            **aiokafka_security(settings),
        )
        try:
            await consumer.start()
            partitions = await self._assign(consumer)
            ends = await consumer.end_offsets(partitions)
            begins = await consumer.beginning_offsets(partitions)
            for partition in partitions:
                consumer.seek(partition, max(begins[partition], ends[partition] - self._tail))
            return await self._read_to(consumer, ends)
        except DependencyUnavailableError:
            await self.close()
            raise
        except KafkaError as error:
            await self.close()
            raise _unreadable(self._topic, error) from error

    async def _assign(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        try:
            known = await consumer._client._wait_on_metadata(self._topic)  # noqa: SLF001 - the public way returns without waiting
        except KafkaError as error:
            raise DependencyUnavailableError(f"no topic {self._topic}: run assay topics apply") from error
        partitions = [TopicPartition(self._topic, number) for number in sorted(known)]
        consumer.assign(partitions)
        return partitions

    async def _read_to(
        self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]
    ) -> list[ConsumerRecord]:
        """Everything below these ends, by the time of writing: partitions come in any order.

        The ends are stable ones, so no open transaction is waited for.
        """
        records: list[ConsumerRecord] = []
        for partition, end in ends.items():
            while await consumer.position(partition) < end:
                found = await consumer.getmany(timeout_ms=WAIT_MS)
                records += [record for batch in found.values() for record in batch]
        return sorted(records, key=lambda record: record.timestamp)

    async def more(self) -> Sequence[Record]:
        """See :class:`Receipts`."""
        if self._consumer is None:
            return []
        try:
            found = await self._consumer.getmany(timeout_ms=WAIT_MS)
        except ConsumerStoppedError:  # closed while it waited
            return []
        except KafkaError as error:
            raise _unreadable(self._topic, error) from error
        return [record for batch in found.values() for record in batch]

    async def close(self) -> None:
        """See :class:`Receipts`."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stopped(consumer)


def _unreadable(topic: str, error: KafkaError) -> TransientError:
    return TransientError(f"cannot read {topic}: {type(error).__name__}")


class ReceiptService(mode.Service):  # type: ignore[misc]  # mode ships no types
    """The watch with the life cycle of the Faust app; started before the lane."""

    def __init__(
        self, watch: ReceiptWatch, report: Callable[[], None] = lambda: None, **options: Any
    ) -> None:
        """``report`` is called every now and then: for metrics of what the receipts come to."""
        super().__init__(**options)
        self.watch = watch
        self._report = report

    async def on_start(self) -> None:
        """Read back."""
        await self.watch.start()
        self._report()

    @mode.Service.task  # type: ignore[untyped-decorator]  # mode ships no types
    async def _run(self) -> None:
        try:
            await self.watch.run()
        except Exception as error:  # noqa: BLE001 - the edge: a worker that no longer hears of receipts must end
            await self.crash(error)

    @mode.Service.timer(REPORT_S)  # type: ignore[untyped-decorator]  # mode ships no types
    async def _report_rates(self) -> None:
        self._report()

    async def on_stop(self) -> None:
        """Disconnect."""
        await self.watch.stop()
