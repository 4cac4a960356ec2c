"""Reading topics without a group: all of one up to a bound, or single records by their place."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from assay.agents.settings import Settings
from assay.agents.transport.kafka.groupless import groupless_consumer
from assay.agents.transport.kafka.stopping import stopped
from assay.agents.transport.memory import MemoryLog
from assay.pipeline.core.errors import DependencyUnavailableError, TransientError
from assay.pipeline.core.record import Record, Source, source_of

FETCH_BYTES = 1_048_576
BATCH_RECORDS = 500
WAIT_MS = 100
GAP = 200
"""Records that are read and thrown away rather than sought over: a seek costs a round trip and what was fetched ahead."""
MOST_AHEAD = 2000
"""Records that were read with others, where offsets have holes, and may be asked for next."""
STALLED = 300
"""Empty fetches in a row after which the broker is given up on: half a minute."""


class Shelf(Protocol):
    """Committed records of topics. Every method raises :class:`TransientError` when Kafka does not answer."""

    async def start(self) -> None:
        """Connect. Raises :class:`DependencyUnavailableError`."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...

    async def ends(self, topic: str) -> dict[int, int]:
        """By partition, the offset after the last record that can be read now."""
        ...

    def records(self, topic: str, bounds: Mapping[int, int]) -> AsyncIterator[Sequence[Record]]:
        """All records before the bounds, in batches, in offset order per partition."""
        ...

    async def pick(self, places: Sequence[Source]) -> dict[Source, Record]:
        """The records at these places; what retention has removed is left out."""
        ...


class KafkaShelf:
    """A :class:`Shelf`. One connection for scans and one for picks, so that neither drops what the other fetched."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._scanner: AIOKafkaConsumer | None = None
        self._picker: AIOKafkaConsumer | None = None
        self._ahead: dict[Source, Record] = {}

    async def start(self) -> None:
        """See :class:`Shelf`."""
        self._scanner = await self._connected()
        self._picker = await self._connected()

    async def _connected(self) -> AIOKafkaConsumer:
        settings = self._settings
        consumer = groupless_consumer(settings, fetch_bytes=FETCH_BYTES, wait_ms=WAIT_MS)
        try:
            await consumer.start()
        except KafkaError as error:
            await stopped(consumer)
            raise DependencyUnavailableError(
                f"Kafka does not answer at {settings.bootstrap_servers} ({type(error).__name__}): "
                "start it (assay dev up) or set ASSAY_BOOTSTRAP_SERVERS"
            ) from error
        return consumer

    async def stop(self) -> None:
        """See :class:`Shelf`."""
        consumers, self._scanner, self._picker = (self._scanner, self._picker), None, None
        self._ahead.clear()
        for consumer in consumers:
            if consumer is not None:
                await stopped(consumer)

    async def ends(self, topic: str) -> dict[int, int]:
        """See :class:`Shelf`."""
        consumer = self._scanner
        assert consumer is not None, "start() first"
        try:
            partitions = await consumer._client._wait_on_metadata(topic)  # noqa: SLF001 - the public way answers from a cache
        except KafkaError as error:
            raise DependencyUnavailableError(f"no topic {topic}: run assay topics apply") from error
        try:
            ends = await consumer.end_offsets([TopicPartition(topic, number) for number in partitions])
        except KafkaError as error:
            raise _unreadable(topic, error) from error
        return {place.partition: end for place, end in ends.items()}

    async def records(self, topic: str, bounds: Mapping[int, int]) -> AsyncIterator[Sequence[Record]]:
        """See :class:`Shelf`."""
        consumer = self._scanner
        assert consumer is not None, "start() first"
        left = {TopicPartition(topic, partition): end for partition, end in bounds.items() if end > 0}
        if not left:
            return
        try:
            consumer.assign(list(left))
            await consumer.seek_to_beginning(*left)
            empty = 0
            while left:
                found = await consumer.getmany(*left, timeout_ms=WAIT_MS, max_records=BATCH_RECORDS)
                for place, records in found.items():
                    inside = [record for record in records if record.offset < left[place]]
                    if inside:
                        yield inside
                moved = {place: await consumer.position(place) for place in left}
                left = {place: end for place, end in left.items() if moved[place] < end}
                empty = 0 if found else empty + 1
                if empty > STALLED:
                    raise TransientError(f"{topic} gives nothing")
            consumer.unsubscribe()
        except KafkaError as error:
            raise _unreadable(topic, error) from error

    async def pick(self, places: Sequence[Source]) -> dict[Source, Record]:
        """See :class:`Shelf`."""
        found = {place: self._ahead.pop(place) for place in places if place in self._ahead}
        missing = [place for place in places if place not in found]
        by_partition: dict[TopicPartition, list[int]] = defaultdict(list)
        for topic, partition, offset in missing:
            by_partition[TopicPartition(topic, partition)].append(offset)
        for partition, offsets in by_partition.items():
            for run in _runs(sorted(offsets)):
                found |= await self._read(partition, run)
        return found

    async def _read(self, partition: TopicPartition, offsets: Sequence[int]) -> dict[Source, Record]:
        consumer = self._picker
        assert consumer is not None, "start() first"
        wanted = set(offsets)
        found: dict[Source, Record] = {}
        try:
            if partition not in consumer.assignment():
                consumer.assign([*consumer.assignment(), partition])
            position = await consumer.position(partition)
            if not 0 <= offsets[0] - position <= GAP:
                consumer.seek(partition, offsets[0])  # where retention was, reading goes on behind it
                position = offsets[0]
            empty = 0
            while position <= offsets[-1]:
                # No more than that: what was fetched behind it stays with the consumer, for the next call.
                most = min(offsets[-1] - position + 1, BATCH_RECORDS)
                batch = await consumer.getmany(partition, timeout_ms=WAIT_MS, max_records=most)
                position = await consumer.position(partition)
                for record in batch.get(partition, ()):
                    if record.offset in wanted:
                        found[source_of(record)] = record
                    elif record.offset > offsets[-1]:
                        self._keep(record)
                empty = 0 if batch else empty + 1
                if empty > STALLED:
                    raise TransientError(f"{partition.topic} gives nothing")
        except KafkaError as error:
            raise _unreadable(partition.topic, error) from error
        return found

    def _keep(self, record: Record) -> None:
        if len(self._ahead) >= MOST_AHEAD:
            self._ahead.clear()
        self._ahead[source_of(record)] = record


class MemoryShelf:
    """A :class:`Shelf` on a memory log."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def start(self) -> None:
        """See :class:`Shelf`."""

    async def stop(self) -> None:
        """See :class:`Shelf`."""

    async def ends(self, topic: str) -> dict[int, int]:
        """See :class:`Shelf`."""
        count = self._log.partitions(topic)
        return {number: self._log.stable_end(TopicPartition(topic, number)) for number in range(count)}

    async def records(self, topic: str, bounds: Mapping[int, int]) -> AsyncIterator[Sequence[Record]]:
        """See :class:`Shelf`."""
        for partition, end in bounds.items():
            found, _ = self._log.read(TopicPartition(topic, partition), 0, end)
            inside: list[Record] = [record for record in found if record.offset < end]
            if inside:
                yield inside

    async def pick(self, places: Sequence[Source]) -> dict[Source, Record]:
        """See :class:`Shelf`."""
        found: dict[Source, Record] = {}
        for place in places:
            records, _ = self._log.read(TopicPartition(place.topic, place.partition), place.offset, 1)
            if records and records[0].offset == place.offset:
                found[place] = records[0]
        return found


def _runs(offsets: Sequence[int]) -> Iterator[list[int]]:
    """Offsets that are close enough to be read together."""
    run: list[int] = []
    for offset in offsets:
        if run and offset - run[-1] > GAP:
            yield run
            run = []
        run.append(offset)
    if run:
        yield run


def _unreadable(topic: str, error: KafkaError) -> TransientError:
    return TransientError(f"cannot read {topic}: {type(error).__name__}")
