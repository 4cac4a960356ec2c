"""All lanes on topics in memory: the very code of ``assay worker``, without Kafka, Redis and people."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assay.agents.clock import SystemClock
from assay.agents.lanes.engine import Lane, LaneSpec
from assay.agents.lanes.keyed import KeyedLane
from assay.agents.lanes.keyed_work import KeyedLaneSpec
from assay.agents.lanes.membership import SlotLane
from assay.agents.names import lane_group
from assay.agents.roster import keyed_lane_specs, lane_specs
from assay.agents.settings import load_settings
from assay.agents.topics import TOPICS, topic_name
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.protocol import TopicPartition
from assay.pipeline.core.clock import NANOS_PER_MILLI, Clock
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.core.headers import SUBJECT
from assay.pipeline.core.record import Headers, RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle

MOST_TRACES = 100_000
"""Memory keeps everything: after so many traces one starts afresh."""
POLL_S = 0.002


class MicroPipeline:
    """Detector, classifier, auto-remediation, issues, escalation and manual remediation on one log; an async context.

    One partition a topic, so that records come out in the order in which they went in. Keys and secrets are made
    for this pipeline and go with it. Replay, views and notifications, which need Kafka, Redis or the network, are not there.
    """

    def __init__(self, bundle: Bundle, clock: Clock | None = None) -> None:
        """Raises :class:`RefusedError` for policies that bind no ``traces.raw``."""
        self.bundle = bundle
        self.log = MemoryLog({topic_name(role): 1 for role in TOPICS})
        self._clock: Clock = SystemClock() if clock is None else clock
        if TopicRole.RAW.value not in bundle.bindings:
            raise RefusedError(f"the policies bind no topic {TopicRole.RAW.value}")
        self._count = 0
        self._lanes: dict[str, tuple[SlotLane[Any], Sequence[TopicPartition]]] = {}
        self._running: asyncio.Future[Any] | None = None
        self._home = tempfile.TemporaryDirectory(prefix="assay-micro-")
        home = Path(self._home.name)
        self._settings = load_settings(
            env="micro", home=home, keys_dir=home / "keys", topic_prefix="", slots=1, crash_at=""
        )

    async def __aenter__(self) -> Self:
        """Start the lanes."""
        transport = MemoryTransport(self.log)
        specs: list[LaneSpec | KeyedLaneSpec] = [
            *lane_specs(self._settings, self.bundle).values(),
            *keyed_lane_specs(self._settings, self.bundle).values(),
        ]
        for spec in specs:
            self._lanes[spec.name] = self._new_lane(spec, transport)
        for lane, _ in self._lanes.values():
            await lane.start()
        self._running = asyncio.gather(*(lane.run() for lane, _ in self._lanes.values()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Stop them; what is in memory can still be read."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await asyncio.gather(*(lane.stop() for lane, _ in self._lanes.values()))
        self._home.cleanup()

    def _new_lane(
        self, spec: LaneSpec | KeyedLaneSpec, transport: MemoryTransport
    ) -> tuple[SlotLane[Any], Sequence[TopicPartition]]:
        """The lane, and the partitions that it reads."""
        if isinstance(spec, KeyedLaneSpec):
            places = [TopicPartition(topic_name(role), 0) for role in spec.roles]
            return KeyedLane(spec, self._settings, transport, self._clock), places
        places = [TopicPartition(topic_name(spec.role), 0)]
        return Lane(spec, self._settings, transport, self._clock), places

    def publish(
        self,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Headers = (),
        subject: str | None = None,
        timestamp_ms: int | None = None,
    ) -> Source:
        """Put a trace on ``traces.raw``, as a producer does. Raises :class:`RefusedError` when memory is full."""
        if self._count >= MOST_TRACES:
            raise RefusedError(f"{MOST_TRACES:,} traces are in memory: start afresh")
        self._count += 1
        named = headers if subject is None else (*headers, (SUBJECT, subject.encode()))
        at_ms = self._clock.now_ns() // NANOS_PER_MILLI if timestamp_ms is None else timestamp_ms
        raw = TopicPartition(TopicRole.RAW.value, 0)
        offset = self.log.append(raw, key, value, named, timestamp=at_ms)
        return Source(raw.topic, raw.partition, offset)

    @property
    def published(self) -> int:
        """Traces that were published."""
        return self._count

    async def settled(self) -> None:
        """Wait until every lane has worked off what there is. Raises what a lane failed of."""
        while not self._is_settled():
            self._raise_failure()
            await asyncio.sleep(POLL_S)
        self._raise_failure()

    def visible(self, role: TopicRole, first: int = 0) -> Iterator[RawRecord]:
        """Committed records of a topic, from an offset on."""
        records, _ = self.log.read(TopicPartition(topic_name(role), 0), first, 1 << 60)
        yield from records

    def _is_settled(self) -> bool:
        """Judged from the first lane to the last: what one has not committed the next has not seen."""
        return all(
            not self.log.read(place, self.log.committed(lane_group(self._settings, name), place) or 0, 1)[0]
            for name, (_, places) in self._lanes.items()
            for place in places
        )

    def _raise_failure(self) -> None:
        assert self._running is not None, "enter it first"
        if self._running.done():
            self._running.result()
