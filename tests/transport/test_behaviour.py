"""One suite for every transport: what a lane may rely on, in memory and on the real Kafka (DESIGN 5)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.kafka import KafkaTransport
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.protocol import GroupConsumer, TransactionalProducer, Transport
from assay.pipeline.core.errors import FencedError, PermanentError, RefusedError, TransientError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole

PARTITIONS = 4
PATIENCE_S = 30


@dataclass
class Listener:
    """Remembers what the group said, seeks to the committed offset as a lane does."""

    consumer: GroupConsumer | None = None
    owned: frozenset[TopicPartition] = frozenset()
    history: list[tuple[str, frozenset[TopicPartition]]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        assert self.consumer is not None
        for partition in partitions:
            self.consumer.seek(partition, await self.consumer.committed(partition) or 0)
        self.owned = frozenset(partitions)
        self.history.append(("assigned", self.owned))
        self.changed.set()

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        if partitions:
            self.history.append(("revoked", frozenset(partitions)))
        self.owned = frozenset()

    async def until_owned(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.owned) != count:
                self.changed.clear()
                await self.changed.wait()


@dataclass
class World:
    """A transport and the names of a fresh set of topics on it."""

    transport: Transport
    prefix: str
    stop_later: contextlib.AsyncExitStack
    raw: str = ""

    def __post_init__(self) -> None:
        self.raw = topic_name(TopicRole.RAW, self.prefix)

    async def member(
        self, group: str = "g", slots: int = PARTITIONS, more_topics: Sequence[str] = ()
    ) -> tuple[GroupConsumer, Listener]:
        listener = Listener()
        consumer = self.transport.consumer(
            group=f"{self.prefix}{group}",
            topic=self.raw,
            slots=slots,
            listener=listener,
            more_topics=more_topics,
        )
        listener.consumer = consumer
        await consumer.start()
        self.stop_later.push_async_callback(consumer.stop)
        return consumer, listener

    async def producer(self, name: str = "p") -> TransactionalProducer:
        producer = self.transport.producer(f"{self.prefix}{name}")
        await producer.start()
        self.stop_later.push_async_callback(producer.discard)
        return producer


async def put(producer: TransactionalProducer, *records: Outgoing) -> None:
    """One committed transaction."""
    await producer.begin()
    await producer.send(records)
    await producer.commit()


def raw(value: bytes, partition: int = 0, headers: Sequence[tuple[str, bytes]] = ()) -> Outgoing:
    return Outgoing(TopicRole.RAW, partition, b"key", value, list(headers), 1_700_000_000_000)


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.broker)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with contextlib.AsyncExitStack() as stop_later:
        if request.param == "memory":
            topics = {role.value: PARTITIONS for role in TopicRole}
            transport: Transport = MemoryTransport(MemoryLog(topics))
            prefix = ""
        else:
            settings: Settings = request.getfixturevalue("settings_for_test")
            transport, prefix = KafkaTransport(settings), settings.topic_prefix
        await transport.start()
        stop_later.push_async_callback(transport.stop)
        yield World(transport, prefix, stop_later)


async def read(consumer: GroupConsumer, listener: Listener, count: int) -> list[bytes]:
    """The next ``count`` values, in the order in which they were handed out."""
    values: list[bytes] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(values) < count:
            fetched = await consumer.fetch(sorted(listener.owned), 1000, 200)
            values += [record.value or b"" for batch in fetched.records.values() for record in batch]
    return values


async def nothing_more(consumer: GroupConsumer, listener: Listener) -> bool:
    """Whether a fetch comes back empty."""
    fetched = await consumer.fetch(sorted(listener.owned), 1000, 300)
    return not fetched.records


async def test_records_arrive_in_order_with_key_value_headers_and_time(world: World) -> None:
    """Promise 2: nothing that a producer wrote is lost or changed on the way."""
    writer = await world.producer()
    await put(writer, *(raw(b"%d" % n, headers=[("a", b"1"), ("a", b"2")]) for n in range(50)))
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    async with asyncio.timeout(PATIENCE_S):
        while not (fetched := await consumer.fetch(sorted(listener.owned), 1000, 200)).records:
            pass
    records = fetched.records[TopicPartition(world.raw, 0)]
    assert [record.value for record in records] == [b"%d" % n for n in range(50)]
    assert [record.offset for record in records] == list(range(50))
    assert list(records[0].headers) == [("a", b"1"), ("a", b"2")]
    assert (records[0].key, records[0].timestamp) == (b"key", 1_700_000_000_000)


async def test_an_open_transaction_is_not_seen(world: World) -> None:
    """read_committed (rule 1): what is not committed does not exist."""
    writer = await world.producer()
    await writer.begin()
    await writer.send([raw(b"early")])
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    assert await nothing_more(consumer, listener)
    await writer.commit()
    assert await read(consumer, listener, 1) == [b"early"]


async def test_an_aborted_transaction_is_never_seen_and_is_stepped_over(world: World) -> None:
    """Rule 4: the position to commit steps over aborted records and markers, ``last offset + 1`` does not."""
    writer = await world.producer()
    await writer.begin()
    await writer.send([raw(b"never")])
    await writer.abort()
    await put(writer, raw(b"after"))
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    async with asyncio.timeout(PATIENCE_S):
        while not (fetched := await consumer.fetch(sorted(listener.owned), 10, 200)).records:
            pass
    first = TopicPartition(world.raw, 0)
    assert [record.value for record in fetched.records[first]] == [b"after"]
    assert fetched.records[first][0].offset == 2  # 0 aborted, 1 its marker
    assert fetched.positions[first] >= 3


async def test_offsets_become_the_groups_with_the_commit_and_not_before(world: World) -> None:
    """Promise 1: outcome and offset are one. A committed offset is certain once a new producer of the id has started."""
    writer = await world.producer("same")
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    partition = TopicPartition(world.raw, 1)
    assert await consumer.committed(partition) is None
    await writer.begin()
    await writer.send_offsets({partition: 7}, f"{world.prefix}g")
    await writer.commit()
    writer = await world.producer("same")
    assert await consumer.committed(partition) == 7
    await writer.begin()
    await writer.send_offsets({partition: 9}, f"{world.prefix}g")
    await writer.abort()
    await world.producer("same")
    assert await consumer.committed(partition) == 7


async def test_a_new_producer_of_the_same_id_fences_the_old_one_and_ends_its_transaction(
    world: World,
) -> None:
    """Rule 3: after ``start`` of the new producer nothing of the old one can become visible."""
    old = await world.producer("same")
    await old.begin()
    await old.send([raw(b"zombie")])
    new = await world.producer("same")
    await put(new, raw(b"owner"))
    with pytest.raises(FencedError):
        await old.commit()
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    assert await read(consumer, listener, 1) == [b"owner"]
    assert await nothing_more(consumer, listener)


async def test_a_discarded_producer_leaves_nothing_visible(world: World) -> None:
    """Rule 6: a producer that is thrown away mid-transaction commits nothing, and its successor starts clean."""
    doomed = await world.producer("same")
    await doomed.begin()
    await doomed.send([raw(b"half")])
    await doomed.discard()
    heir = await world.producer("same")
    await put(heir, raw(b"whole"))
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    assert await read(consumer, listener, 1) == [b"whole"]


async def test_members_share_whole_slots_and_nobody_owns_a_partition_twice(world: World) -> None:
    """Rule 2: with 2 slots of 2 partitions each, a member gets {0, 2} or {1, 3}, never a half."""
    _, first = await world.member(slots=2)
    await first.until_owned(PARTITIONS)
    _, second = await world.member(slots=2)
    await first.until_owned(2)
    await second.until_owned(2)
    shares = sorted(sorted(p.partition for p in member.owned) for member in (first, second))
    assert shares == [[0, 2], [1, 3]]
    # Eager: everything was given up before anything was given out.
    assert [kind for kind, _ in first.history] == ["assigned", "revoked", "assigned"]


async def test_a_member_that_leaves_gives_its_slots_to_the_others(world: World) -> None:
    """A worker that stops leaves no partition behind."""
    _, first = await world.member(slots=2)
    second_consumer, second = await world.member(slots=2)
    await second.until_owned(2)
    await second_consumer.stop()
    await first.until_owned(PARTITIONS)


async def test_a_member_that_counts_slots_differently_is_refused(world: World) -> None:
    """Rule 2: two ways of counting would give one partition two fences."""
    _, first = await world.member(slots=2)
    await first.until_owned(PARTITIONS)
    with pytest.raises(RefusedError, match="slots"):  # noqa: PT012 - Kafka says it at the first fetch
        stranger, _listener = await world.member(slots=4)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await stranger.fetch([TopicPartition(world.raw, 0)], 1, 200)
    assert len(first.owned) == PARTITIONS


async def test_a_seek_reads_again(world: World) -> None:
    """After an unknown outcome, reading goes back to the committed offset (rule 6)."""
    writer = await world.producer()
    await put(writer, *(raw(b"%d" % n) for n in range(5)))
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    assert await read(consumer, listener, 5) == [b"0", b"1", b"2", b"3", b"4"]
    consumer.seek(TopicPartition(world.raw, 0), 3)
    assert await read(consumer, listener, 2) == [b"3", b"4"]


async def test_many_partitions_and_large_records_in_one_transaction(world: World) -> None:
    """Rule 9: records larger than a batch go alone; all of them or none."""
    writer = await world.producer()
    big = b"x" * 950_000
    await put(writer, *(raw(big, partition=n % PARTITIONS) for n in range(8)), raw(b"small", partition=0))
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    values = await read(consumer, listener, 9)
    assert sorted(len(value) for value in values) == [5] + [950_000] * 8


async def test_a_null_key_and_a_null_value_stay_null(world: World) -> None:
    """A tombstone is a record too."""
    writer = await world.producer()
    await put(writer, Outgoing(TopicRole.RAW, 0, None, None, [], None))
    consumer, listener = await world.member()
    await listener.until_owned(PARTITIONS)
    async with asyncio.timeout(PATIENCE_S):
        while not (fetched := await consumer.fetch(sorted(listener.owned), 10, 200)).records:
            pass
    record = fetched.records[TopicPartition(world.raw, 0)][0]
    assert (record.key, record.value) == (None, None)


async def test_topics_that_belong_together_are_owned_by_partition_number(world: World) -> None:
    """A keyed lane's inputs share a state: whoever has partition 1 of the one has partition 1 of the other."""
    second = topic_name(TopicRole.VALID, world.prefix)
    writer = await world.producer()
    await put(writer, raw(b"raw", 1), raw(b"valid", 1)._replace(role=TopicRole.VALID))
    members = [await world.member(slots=2, more_topics=[second])]
    await members[0][1].until_owned(2 * PARTITIONS)
    members.append(await world.member(slots=2, more_topics=[second]))
    for _, listener in members:
        await listener.until_owned(PARTITIONS)
    owned = [
        tuple(
            {each.partition for each in listener.owned if each.topic == topic}
            for topic in (world.raw, second)
        )
        for _, listener in members
    ]
    assert sorted(owned, key=str) == [({0, 2}, {0, 2}), ({1, 3}, {1, 3})]
    consumer, listener = members[owned.index(({1, 3}, {1, 3}))]
    assert sorted(await read(consumer, listener, 2)) == [b"raw", b"valid"]


async def read_back(world: World, *partitions: int) -> list[tuple[int, bytes | None]]:
    """Partition and value of all that a reader without a group gets."""
    found: list[tuple[int, bytes | None]] = []
    where = [TopicPartition(world.raw, partition) for partition in partitions]
    async with asyncio.timeout(PATIENCE_S):
        await world.transport.read(
            where, lambda records: found.extend((each.partition, each.value) for each in records)
        )
    return found


async def test_reading_back_gives_all_committed_records_and_ends_at_the_end(world: World) -> None:
    """A keyed lane's state is what was committed: what was aborted never was, and markers at the end do not hold it up."""
    writer = await world.producer()
    await put(writer, *(raw(b"%d" % n) for n in range(1500)), raw(b"other", 1), raw(b"not asked for", 2))
    await put(writer, raw(b"last"))
    await writer.begin()
    await writer.send([raw(b"never")])
    await writer.abort()
    found = await read_back(world, 0, 1, 3)
    assert [value for partition, value in found if partition == 0] == [
        *(b"%d" % n for n in range(1500)),
        b"last",
    ]
    assert [value for partition, value in found if partition != 0] == [b"other"]
    assert await read_back(world) == []


async def test_reading_back_waits_for_a_transaction_that_is_open(world: World) -> None:
    """Its records may become the state after all: reading ends behind them, not before."""
    writer = await world.producer()
    await put(writer, raw(b"before"))
    await writer.begin()
    await writer.send([raw(b"open")])
    reading = asyncio.create_task(read_back(world, 0))
    try:
        done, _ = await asyncio.wait({reading}, timeout=0.5)
        assert not done
        await writer.commit()
        assert await reading == [(0, b"before"), (0, b"open")]
    finally:
        reading.cancel()


@pytest.mark.broker
async def test_a_record_that_its_topic_cannot_take_is_refused_before_anything_is_sent(
    settings_for_test: Settings,
) -> None:
    """Rule 9: aiokafka would take it, the broker would refuse the batch, and the transaction would be lost."""
    transport = KafkaTransport(settings_for_test)
    producer = transport.producer("oversized")
    await producer.start()
    await producer.begin()
    try:
        with pytest.raises(PermanentError):
            await producer.send([raw(b"fine"), raw(b"x" * 1_048_577)])
    finally:
        await producer.abort()
        await producer.close()


@pytest.mark.broker
async def test_a_topic_that_does_not_exist_is_named_with_the_remedy(settings_for_test: Settings) -> None:
    """The operator reads what to run."""
    transport = KafkaTransport(settings_for_test.model_copy(update={"request_timeout_ms": 1500}))
    await transport.start()
    try:
        with pytest.raises(TransientError, match="assay topics apply"):
            await transport.partitions("no-such-topic")
    finally:
        await transport.stop()
