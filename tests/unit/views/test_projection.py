"""A projection counts every record once, whatever happens to the view's server or to itself (promise 3; faults 12-14)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.agents.lanes import projection
from assay.agents.lanes.projection import Projection, ViewSpec
from assay.agents.settings import Settings, load_settings
from assay.agents.stores.view_store import Answer, MemoryViewStore, Opened, Run, ViewUnavailableError
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.memory.transport import MemoryConsumer
from assay.agents.transport.protocol import TopicPartition
from assay.pipeline.core.record import Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.testing import FakeClock
from assay.pipeline.views import Add, Cut, Delta, Put

TOPIC = TopicRole.TALLIES.value
PARTITIONS = 2


def count(records: Sequence[Record]) -> list[Delta]:
    return [Add("m:0", 4_000_000_000, {f"{record.partition}/{record.offset}": 1 for record in records})]


class Store(MemoryViewStore):
    """Fails in the ways that it is told to, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.late: list[tuple[str, Run]] = []

    async def open(self) -> Opened:
        await self._late_ones()
        return await super().open()

    async def apply(self, generation: str, run: Run) -> Answer:
        fault = self.faults.pop(0) if self.faults else ""
        match fault:
            case "lost before":
                raise ViewUnavailableError(fault)
            case "lost after":
                await super().apply(generation, run)
                raise ViewUnavailableError(fault)
            case "late":
                self.late.append((generation, run))
                raise ViewUnavailableError(fault)
            case "emptied":
                self.lose()
            case "held":
                return Answer.HELD
        answer = await super().apply(generation, run)
        await self._late_ones()
        return answer

    async def _late_ones(self) -> None:
        """What a server does with a request of a client that gave it up."""
        late, self.late = self.late, []
        for generation, run in late:
            await super().apply(generation, run)


class Site:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = MemoryLog({TOPIC: PARTITIONS})
        self.transport = MemoryTransport(self.log)
        self.store = Store()
        self.running: list[Projection] = []

    def write(self, number: int, start: int = 0) -> None:
        for index in range(start, start + number):
            self.log.append(TopicPartition(TOPIC, index % PARTITIONS), None, b"")

    async def start(self, spec: ViewSpec | None = None) -> Projection:
        spec = spec or ViewSpec("sample", TopicRole.TALLIES, count)
        made = Projection(spec, self.settings, self.transport, self.store, FakeClock())
        await made.start()
        self.running.append(made)
        return made

    @property
    def counted(self) -> dict[str, int]:
        return dict(self.store.image.counters.get("m:0", {}))

    @property
    def right(self) -> dict[str, int]:
        return {f"{record.partition}/{record.offset}": 1 for record in self.log.visible(TOPIC)}

    async def complete(self) -> None:
        await until(lambda: self.counted == self.right)

    async def stop(self) -> None:
        for each in self.running:
            await each.stop()
        self.running.clear()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_PAUSE_S", "MOST_PAUSE_S", "CHECK_S", "HELD_S", "CUT_S"):
        monkeypatch.setattr(projection, name, 0.002)
    monkeypatch.setattr(projection, "POLL_MS", 2)
    monkeypatch.setattr(projection, "RUN_RECORDS", 3)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site(load_settings(batch_records=10))
    yield made
    await made.stop()


async def test_everything_is_counted_once(site: Site) -> None:
    site.write(25)
    await site.start()
    await site.complete()
    site.write(10, start=25)
    await site.complete()
    assert all(each.is_ready for each in site.running)


async def test_a_projection_that_starts_again_goes_on_where_the_view_stands(site: Site) -> None:
    site.write(25)
    await site.start()
    await site.complete()
    await site.stop()
    site.write(25)
    await site.start()
    await site.complete()


async def test_a_view_that_cannot_be_reached_delays_nothing_and_catches_up(site: Site) -> None:
    """Fault 12: the projection waits; it does not fail, and neither does the process that it is in."""
    site.store.unavailable = True
    projected = await site.start()
    site.write(25)
    await until(lambda: not projected.available)
    site.store.unavailable = False
    await site.complete()
    assert projected.available


async def test_a_view_that_is_back_is_known_to_be_even_when_no_record_comes(site: Site) -> None:
    """``view_available`` would cry for as long as its topic is quiet."""
    site.write(4)
    projected = await site.start()
    await site.complete()
    site.store.unavailable = True
    await until(lambda: not projected.available)
    site.store.unavailable = False
    await until(lambda: projected.available)


async def test_a_view_that_is_emptied_is_made_again_even_when_no_record_comes(site: Site) -> None:
    """Fault 12, FLUSHALL."""
    site.write(25)
    await site.start()
    await site.complete()
    site.store.lose()
    await site.complete()


async def test_a_view_that_was_restored_from_an_older_copy_is_brought_up_to_date(site: Site) -> None:
    site.write(10)
    await site.start()
    await site.complete()
    older = dict(site.store.positions), site.store.image.counters["m:0"].copy()
    site.write(10)
    await site.complete()
    site.store.positions, site.store.image.counters["m:0"] = older
    await site.complete()


@pytest.mark.parametrize("fault", ["lost before", "lost after", "late", "emptied", "held"])
async def test_a_run_whose_answer_is_lost_is_counted_once(site: Site, fault: str) -> None:
    """Fault 14: the worker, the server or the line dies between the request and its answer."""
    site.store.faults = [fault]
    site.write(25)
    await site.start()
    await site.complete()


@given(
    st.lists(st.sampled_from(["", "lost before", "lost after", "late", "emptied", "held"]), max_size=12),
    st.integers(1, 30),
    st.integers(1, 3),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
async def test_any_course_of_faults_ends_in_the_right_numbers(
    faults: list[str], records: int, members: int
) -> None:
    site = Site(load_settings(batch_records=5))
    site.store.faults = list(faults)
    site.write(records)
    try:
        for _ in range(members):
            await site.start()
        await site.complete()
        await site.running.pop(0).stop()
        site.write(records)
        if not site.running:
            await site.start()
        await site.complete()
    finally:
        await site.stop()


async def test_a_member_that_lost_its_partitions_without_noticing_counts_nothing_twice(site: Site) -> None:
    first = await site.start()
    site.write(10)
    await site.complete()
    consumer = first._consumer
    assert consumer is not None
    group = site.transport.group("assay.dev.view-sample", TOPIC)
    await group.freeze(consumer.member)  # type: ignore[attr-defined]  # a memory consumer's
    await site.start()
    site.write(30)
    await site.complete()


async def test_a_rebalance_while_places_are_asked_for_is_noticed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    beginning = MemoryConsumer.beginning

    async def meanwhile(consumer: MemoryConsumer, partition: TopicPartition) -> int:
        monkeypatch.setattr(MemoryConsumer, "beginning", beginning)
        await site.start()
        return await beginning(consumer, partition)

    monkeypatch.setattr(MemoryConsumer, "beginning", meanwhile)
    site.write(10)
    await site.start()
    await site.complete()
    await until(lambda: len(site.running) == 2 and all(each.is_ready for each in site.running))


async def test_a_topic_that_was_made_anew_makes_the_view_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write(20)
    await site.start()
    await site.complete()
    await site.stop()
    site.log = MemoryLog({TOPIC: PARTITIONS})
    site.transport = MemoryTransport(site.log)
    site.write(6)
    site.store.positions = {name: kept._replace(position=2) for name, kept in site.store.positions.items()}
    made = await site.start()
    # What a client does at an offset that the topic does not have: it begins at the beginning.
    consumer = made._consumer
    assert consumer is not None
    seek = consumer.seek
    monkeypatch.setattr(consumer, "seek", lambda partition, _: seek(partition, 0))
    await site.complete()


async def test_what_is_too_old_is_removed(site: Site) -> None:
    def fold(records: Sequence[Record]) -> list[Delta]:
        return [Put("c", f"{record.offset}", record.offset, ["all"], {}, "{}") for record in records]

    site.write(20)
    await site.start(ViewSpec("sample", TopicRole.TALLIES, fold, lambda _now: [Cut("c", 5)]))
    await until(lambda: site.store.image.documents.get("c", {}).keys() == {"5", "6", "7", "8", "9"})


async def test_a_fault_of_our_own_ends_the_projection(site: Site) -> None:
    def broken(_: Sequence[Record]) -> list[Delta]:
        raise ZeroDivisionError

    site.write(1)
    made = await site.start(ViewSpec("sample", TopicRole.TALLIES, broken))
    with pytest.raises(ZeroDivisionError):
        await made.run()
