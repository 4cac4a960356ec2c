"""Single records from all over some topics, without reading what lies between."""

from collections.abc import Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from assay.agents.settings import Settings
from assay.agents.transport.kafka.groupless import groupless_consumer
from assay.agents.transport.kafka.stopping import stopped
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.record import Record

from .window_reader import Progress

FETCH_BYTES = 65_536
"""Of a partition at once; most of it is thrown away."""
WAIT_MS = 50
RECORDS = 500
GAP = 100
"""Records that are read and thrown away rather than sought over."""
STALLED = 600
"""Empty fetches in a row after which the broker is given up on: half a minute."""

Offsets = Mapping[tuple[str, int], Sequence[int]]
"""By topic and partition, ascending."""


async def pick(
    settings: Settings, wanted: Offsets, take: Callable[[Record], None], stage: str, progress: Progress
) -> None:
    """Give ``take`` the records at these offsets; an offset that has none any more, or never had one, is passed over.

    Raises ``DependencyUnavailableError``.
    """
    if not any(wanted.values()):
        return
    consumer = groupless_consumer(settings, fetch_bytes=FETCH_BYTES, wait_ms=WAIT_MS)
    try:
        await consumer.start()
        await _Picking(consumer, take, stage, progress).run(await _that_exist(consumer, wanted))
    except KafkaError as error:
        raise DependencyUnavailableError(
            f"Kafka at {settings.bootstrap_servers} cannot be read ({type(error).__name__})"
        ) from error
    finally:
        await stopped(consumer)


async def _that_exist(consumer: AIOKafkaConsumer, wanted: Offsets) -> dict[TopicPartition, list[int]]:
    """Without what retention took and what lies behind the end: a seek there would start all over."""
    known = await consumer.topics()
    asked = {
        TopicPartition(*place): offsets for place, offsets in wanted.items() if offsets and place[0] in known
    }
    low, end = await consumer.beginning_offsets([*asked]), await consumer.end_offsets([*asked])
    inside = {
        place: [offset for offset in offsets if low[place] <= offset < end[place]]
        for place, offsets in asked.items()
    }
    return {place: offsets for place, offsets in inside.items() if offsets}


class _Picking:
    def __init__(
        self, consumer: AIOKafkaConsumer, take: Callable[[Record], None], stage: str, progress: Progress
    ) -> None:
        self._consumer = consumer
        self._take = take
        self._stage = stage
        self._progress = progress

    async def run(self, wanted: Mapping[TopicPartition, Sequence[int]]) -> None:
        consumer = self._consumer
        left = {place: [*reversed(offsets)] for place, offsets in wanted.items()}
        total = sum(map(len, left.values()))
        consumer.assign([*left])
        for place, offsets in left.items():
            consumer.seek(place, offsets[-1])
        empty = 0
        while left:
            found = await consumer.getmany(*left, timeout_ms=WAIT_MS, max_records=RECORDS)
            for place, records in found.items():
                self._look(left[place], records)
            for place in [*left]:
                await self._go_on(place, left)
            self._progress(self._stage, total - sum(map(len, left.values())), total)
            empty = 0 if found else empty + 1
            if empty > STALLED:
                raise DependencyUnavailableError(
                    "Kafka gave nothing for half a minute: try again when it is well"
                )

    def _look(self, offsets: list[int], records: Sequence[Record]) -> None:
        for record in records:
            while offsets and offsets[-1] < record.offset:
                offsets.pop()
            if offsets and offsets[-1] == record.offset:
                offsets.pop()
                self._take(record)

    async def _go_on(self, place: TopicPartition, left: dict[TopicPartition, list[int]]) -> None:
        """To the next offset: over what lies between when it is far, through it when it is near."""
        position, offsets = await self._consumer.position(place), left[place]
        while offsets and offsets[-1] < position:
            offsets.pop()
        if not offsets:
            del left[place]
            self._consumer.pause(place)
        elif offsets[-1] - position > GAP:
            self._consumer.seek(place, offsets[-1])
