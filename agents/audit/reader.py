"""Reading topics with librdkafka: every partition from its beginning, joining no group, committing nothing."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Self, TypeAlias

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from assay.agents.kafka_auth import confluent_security
from assay.agents.settings import Settings
from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError, Problem
from assay.pipeline.core.record import RawRecord

from .facts import Place
from .ledger import NEVER

MIB = 1_048_576
ANSWER_S = 6.0
LEADERS_S = 1.0
ASK_AGAIN_S = 0.1
STALL_S = 30.0
"""Reading that gets nothing for this long has lost its broker."""
POLL_RECORDS = 1000
POLL_S = 0.02
"""A poll ends with as many records or after this time, whichever comes first, so it must be short."""
NO_COORDINATOR = frozenset(
    {
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    }
)
"""What is said of a group while a broker that has just started takes it over; it passes."""

Ranges: TypeAlias = Mapping[Place, tuple[int, int]]
"""Which offsets to read: ``[start, end)``, with holes."""


class TopicReader:
    """A connection to Kafka for reading. Every method blocks, and raises ``DependencyUnavailableError``."""

    def __init__(self, settings: Settings) -> None:
        self._servers = settings.bootstrap_servers
        self._common = common = {
            "bootstrap.servers": self._servers,
            "log_level": 0,  # what goes wrong is raised; librdkafka would also print it
            **confluent_security(settings),
        }
        self._admin = AdminClient(common)
        self._groups: dict[str, Consumer] = {}
        self._consumer = Consumer(
            {
                **common,
                "group.id": "assay-audit",  # librdkafka wants one; it is neither joined nor committed to
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",  # an offset that is gone must not become another one
                "enable.partition.eof": True,  # how the end is told behind transaction markers
                "check.crcs": True,
                "max.partition.fetch.bytes": 8 * MIB,
                "fetch.max.bytes": 64 * MIB,
                "receive.message.max.bytes": 128 * MIB,
                "queued.max.messages.kbytes": 65_536,
                "fetch.wait.max.ms": 20,  # the end behind a marker is told by a fetch that finds nothing
                "fetch.queue.backoff.ms": 10,  # a full queue is emptied in less than the default second
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for consumer in (self._consumer, *self._groups.values()):
            consumer.close()

    def partitions(self, required: Iterable[str], optional: Iterable[str] = ()) -> list[Place]:
        """All partitions of these topics. Raises :class:`ConfigError` naming required topics that are not there."""
        with self._reachable():
            known = self._admin.list_topics(timeout=ANSWER_S).topics
        absent = [
            Problem(f"topic {topic}", "does not exist", "Run `assay topics apply`")
            for topic in required
            if topic not in known
        ]
        if absent:
            raise ConfigError(absent)
        topics = dict.fromkeys([*required, *optional])
        return [
            Place(topic, partition)
            for topic in topics
            if topic in known
            for partition in sorted(known[topic].partitions)
        ]

    def low(self, places: Iterable[Place]) -> dict[Place, int]:
        """The first offset that retention has left."""
        return self._offsets(places, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED)

    def high(self, places: Iterable[Place]) -> dict[Place, int]:
        """The high watermark: the end, open transactions included."""
        return self._offsets(places, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED)

    def stable(self, places: Iterable[Place]) -> dict[Place, int]:
        """The last stable offset: the end for a ``read_committed`` reader."""
        return self._offsets(places, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED)

    def since(self, places: Iterable[Place], at_ms: int) -> dict[Place, int]:
        """The first offset of which the record is not older; partitions that have none are left out."""
        found = self._offsets(places, OffsetSpec.for_timestamp(at_ms), IsolationLevel.READ_UNCOMMITTED)
        return {place: offset for place, offset in found.items() if offset >= 0}

    def committed(self, group: str, places: Iterable[Place]) -> dict[Place, int]:
        """The group's committed offsets; ``NEVER`` where there are none."""
        asked = [KafkaPartition(*place) for place in places]
        if not asked:
            return {}
        with self._reachable():
            answers = self._of_group(group).committed(asked, timeout=ANSWER_S)
        return {Place(each.topic, each.partition): max(each.offset, NEVER) for each in answers}

    def _of_group(self, group: str) -> Consumer:
        """A consumer that could join the group, and does not.

        The admin client could ask as well, but an answer NOT_COORDINATOR, as after a restart of the broker, ends the
        process (confluentinc/librdkafka issue 5040).
        """
        if group not in self._groups:
            told = {"group.id": group, "enable.auto.commit": False, "isolation.level": "read_uncommitted"}
            self._groups[group] = Consumer({**self._common, **told})
        return self._groups[group]

    def has_members(self, group: str) -> bool:
        """Whether anybody is in the group now. Asks again while nobody coordinates the group."""
        give_up = time.monotonic() + ANSWER_S
        with self._reachable():
            while True:
                futures = self._admin.describe_consumer_groups([group], request_timeout=ANSWER_S)
                try:
                    return bool(futures[group].result().members)
                except KafkaException as error:
                    if error.args[0].code() not in NO_COORDINATOR or time.monotonic() > give_up:
                        raise
                    time.sleep(ASK_AGAIN_S)

    def read(
        self,
        ranges: Ranges,
        handle: Callable[[RawRecord], None],
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Give every visible record of these ranges to ``handle``, each partition in offset order.

        ``end`` must be at most the last stable offset. ``progress`` is told how many records were read since.
        """
        left = {place: end for place, (start, end) in ranges.items() if start < end}
        with self._reachable():
            self._consumer.assign([KafkaPartition(*place, ranges[place][0]) for place in left])
            for topic in {place.topic for place in left}:
                # librdkafka looks for the leaders of what is assigned once a second: asked for, they are there at once.
                with suppress(KafkaException):
                    self._consumer.list_topics(topic, timeout=LEADERS_S)
            # A partition that was read to an end before stays paused, even when it is assigned anew.
            self._consumer.resume([KafkaPartition(*place) for place in left])
            self._wake(left)
            heard = time.monotonic()
            while left:
                messages = self._consumer.consume(POLL_RECORDS, timeout=POLL_S)
                if messages:
                    heard = time.monotonic()
                elif time.monotonic() - heard > STALL_S:
                    raise DependencyUnavailableError(
                        f"Kafka at {self._servers} gave nothing for {STALL_S:.0f} s: try again when it is well"
                    )
                else:
                    self._wake(left)
                taken = 0
                for message in messages:
                    taken += self._take(message, left, handle)
                progress(taken)
            self._consumer.unassign()

    def _wake(self, places: Iterable[Place]) -> None:
        """Have the leaders of these partitions fetched from now.

        What librdkafka assigns to a connection that was idle is noticed within a second, or with the next request
        on it: here is one, of which the answer does not matter.
        """
        with suppress(KafkaException):
            self._consumer.offsets_for_times([KafkaPartition(*place, 0) for place in places], LEADERS_S)

    def _take(self, message: Any, left: dict[Place, int], handle: Callable[[RawRecord], None]) -> bool:
        place, offset = Place(message.topic(), message.partition()), message.offset()
        error = message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - its public name
            raise KafkaException(error)
        end = left.get(place)
        if end is None:
            return False
        inside = error is None and offset < end
        if inside:
            handle(
                RawRecord(
                    *place,
                    offset,
                    message.timestamp()[1],
                    message.key(),
                    message.value(),
                    message.headers() or (),
                )
            )
        # The end of a partition carries the next offset; a record carries its own.
        if offset + inside >= end:
            del left[place]
            self._consumer.pause([KafkaPartition(*place)])
        return inside

    def _offsets(self, places: Iterable[Place], spec: Any, isolation: Any) -> dict[Place, int]:
        with self._reachable():
            futures = self._admin.list_offsets(
                {KafkaPartition(*place): spec for place in places},
                isolation_level=isolation,
                request_timeout=ANSWER_S,
            )
            return {
                Place(asked.topic, asked.partition): answer.result().offset
                for asked, answer in futures.items()
            }

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except KafkaException as error:
            raise DependencyUnavailableError(
                f"Kafka at {self._servers} cannot be read: {error.args[0].str()}. "
                "Start it with `assay dev up`, or set ASSAY_BOOTSTRAP_SERVERS"
            ) from error
