"""The producer: publishes records and writes down what became of each, the ground truth of an audit."""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import IO, Any, Protocol

import confluent_kafka
import orjson

from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.generate import Generated

from .kafka_auth import confluent_security
from .settings import Settings
from .topics import RAW_MAX_BYTES

LOG = logging.getLogger(__name__)

DELIVERY_SECONDS = 120
"""Unacknowledged for this long, a record's fate is unknown; longer than a broker takes to come back."""
GRACE_SECONDS = 10.0
"""After a request to stop, what is still unacknowledged after this is given up as unknown."""
REPORT_SECONDS = 0.1
TICK_SECONDS = 0.001
"""The shortest wait that librdkafka knows; it would take a shorter one for none, and the loop would spin."""

Progress = Callable[[int, int], None]
"""Told every tenth of a second, and at the end: records sent, records acknowledged."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What became of a load: ``sent = acked + unknown + refused``."""

    sent: int
    acked: int
    """The broker has them."""
    unknown: int
    """The broker may have them."""
    refused: int
    """Too large for the topic: certainly not there."""
    seconds: float


class Producer(Protocol):
    """The part of ``confluent_kafka.Producer`` that publishing needs."""

    def produce(self, topic: str, **record: Any) -> None: ...
    def poll(self, timeout: float) -> int: ...
    def purge(self) -> None: ...
    def __len__(self) -> int: ...


def publish(
    settings: Settings,
    items: Iterable[Generated],
    *,
    topic: str,
    journal: Path | None = None,
    rate: float | None = None,
    on_progress: Progress | None = None,
    stop: Event | None = None,
) -> PublishResult:
    """Publish all items and wait until each is acknowledged or given up; blocks.

    ``topic``: full name, prefix included. ``rate``: records a second on a fixed schedule; after a stall the
    backlog follows at once, so that the mean holds. ``journal``: a JSON line per record as its fate becomes
    known. ``stop``: when set, no more items are taken. Raises :class:`DependencyUnavailableError` when Kafka
    or the topic is not there, or when the producer breaks for good; the journal is complete even then.
    """
    producer = _connect(settings, topic)
    with ExitStack() as stack:
        lines = stack.enter_context(journal.open("wb")) if journal is not None else None
        publishing = Publishing(producer, topic, lines, on_progress, stop or Event())
        return publishing.run(items, rate)


class Publishing:
    """One load on its way."""

    def __init__(
        self,
        producer: Producer,
        topic: str,
        journal: IO[bytes] | None,
        on_progress: Progress | None,
        stop: Event,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._producer = producer
        self._topic = topic
        self._journal = journal
        self._on_progress = on_progress
        self._stop = stop
        self._monotonic = monotonic
        self._next_report = 0.0
        self._sent = self._acked = self._unknown = self._refused = 0

    def run(self, items: Iterable[Generated], rate: float | None) -> PublishResult:
        """Send, then settle: whatever happens, no record's fate goes unwritten."""
        start = self._monotonic()
        try:
            for item in items:
                if rate is not None:
                    self._wait_until(start + due(self._sent, rate))
                if self._stop.is_set():
                    break
                self._send(item)
                self._producer.poll(0)
                self._report()
        finally:
            self._settle()
        seconds = self._monotonic() - start
        return PublishResult(self._sent, self._acked, self._unknown, self._refused, seconds)

    def _wait_until(self, moment: float) -> None:
        while not self._stop.is_set() and (left := moment - self._monotonic()) > 0:
            self._producer.poll(min(max(left, TICK_SECONDS), REPORT_SECONDS))
            self._report()

    def _send(self, item: Generated) -> None:
        while True:
            try:
                self._producer.produce(
                    self._topic,
                    key=item.key,
                    value=item.value,
                    headers=list(item.headers),
                    on_delivery=partial(self._delivered, item),
                )
            except BufferError:
                # The producer's queue is full: wait for acknowledgements, lose nothing.
                self._producer.poll(REPORT_SECONDS)
                self._report()
                continue
            except confluent_kafka.KafkaException as error:
                if error.args[0].code() != confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE:
                    raise DependencyUnavailableError(
                        f"the producer stopped: {error.args[0].str()}"
                    ) from error
                self._sent += 1
                self._refuse(item)
                return
            self._sent += 1
            return

    def _delivered(self, item: Generated, error: Any, message: Any) -> None:
        """What librdkafka calls, within ``poll``, once for every record that it took."""
        if error is None:
            self._acked += 1
            self._write(item, message.partition(), message.offset())
        elif error.code() == confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE:
            self._refuse(item)
        else:
            self._unknown += 1
            self._write(item, None, None)

    def _refuse(self, item: Generated) -> None:
        # Not in the journal: the journal lists what is, or may be, on the topic.
        self._refused += 1
        LOG.warning("record refused: %d bytes are too large for the topic", len(item.value or b""))

    def _write(self, item: Generated, partition: int | None, offset: int | None) -> None:
        if self._journal is None:
            return
        line = {
            "key": None if item.key is None else item.key.hex(),
            "topic": self._topic,
            "partition": partition,
            "offset": offset,
            "expected": item.expected,
            "blocking": item.blocking,
        }
        if not item.known:
            line["expected_known"] = False
        self._journal.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def _settle(self) -> None:
        give_up: float | None = None
        while len(self._producer):
            if self._stop.is_set():
                give_up = give_up or self._monotonic() + GRACE_SECONDS
                if self._monotonic() >= give_up:
                    self._producer.purge()
            self._producer.poll(REPORT_SECONDS)
            self._report()
        self._report(last=True)

    def _report(self, *, last: bool = False) -> None:
        if self._on_progress is None or not (last or self._monotonic() >= self._next_report):
            return
        self._next_report = self._monotonic() + REPORT_SECONDS
        self._on_progress(self._sent, self._acked)


def due(sent: int, rate: float) -> float:
    """Seconds after the start at which the next record leaves, when ``sent`` have left already."""
    return sent / rate


def _connect(settings: Settings, topic: str) -> Producer:
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "enable.idempotence": True,
            "acks": "all",
            "message.max.bytes": RAW_MAX_BYTES,
            "message.timeout.ms": DELIVERY_SECONDS * 1000,
            "linger.ms": 5,
            # As Java's producers and aiokafka do, so that a key's partition does not depend on the client.
            "partitioner": "murmur2_random",
            "queue.buffering.max.messages": 50_000,
            "queue.buffering.max.kbytes": 65_536,
            **confluent_security(settings),
        },
        logger=LOG,
    )
    try:
        found = producer.list_topics(topic, timeout=10).topics[topic].error
    except confluent_kafka.KafkaException as error:
        raise DependencyUnavailableError(
            f"no Kafka at {settings.bootstrap_servers}: {error.args[0].str()}. "
            "Start one with 'assay dev up', or set ASSAY_BOOTSTRAP_SERVERS"
        ) from error
    if found is not None:
        raise DependencyUnavailableError(
            f"topic {topic} cannot be used: {found.str()}. Create it with 'assay topics apply'"
        )
    assert isinstance(producer, confluent_kafka.Producer)
    return producer  # type: ignore[no-any-return]  # confluent_kafka ships no types
