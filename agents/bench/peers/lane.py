"""The detector lane itself, put together as :mod:`assay.agents.app` does, with a stopwatch at its two ends."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from prometheus_client import CollectorRegistry

from assay.agents.bench.job import ALL_CHECKS, Job
from assay.agents.bench.stopwatch import Stopwatch
from assay.agents.bench.tuned import run_tuned
from assay.agents.bench.working import work_until
from assay.agents.clock import SystemClock
from assay.agents.detector import LANE as DETECTOR
from assay.agents.detector import DetectorStep
from assay.agents.lanes.engine import Lane
from assay.agents.lanes.events import LaneEvents
from assay.agents.lanes.notes import RedisNotes
from assay.agents.lanes.step import LaneStep, SourceRange, Work
from assay.agents.names import lane_group
from assay.agents.policy_files import load_policies
from assay.agents.process import tune_memory
from assay.agents.replay.secret import replay_secret
from assay.agents.roster import lane_specs
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.telemetry import Telemetry
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.outgoing import Outgoing

Done = Callable[[Sequence[SourceRange], Sequence[Outgoing]], int]
"""What a transaction read and what it wrote → how many records of the job it completed."""


def fetched(sources: Sequence[SourceRange], outgoing: Sequence[Outgoing]) -> int:  # noqa: ARG001 - what it wrote does not matter
    """Those that it read: of a lane that is measured alone."""
    return sum(source.fetched for source in sources)


class WatchedStep:
    """A lane's step; its first transaction starts the watch."""

    def __init__(self, step: LaneStep, watch: Stopwatch) -> None:
        self._step = step
        self._watch = watch

    def begin(self) -> Work:
        """See :class:`LaneStep`."""
        self._watch.arrived()
        return self._step.begin()


class WatchedEvents:
    """A lane's telemetry; what was committed is told to the watch too."""

    def __init__(
        self, events: LaneEvents, watch: Stopwatch, complete: asyncio.Event, done: Done = fetched
    ) -> None:
        """``complete`` is set when the watch's job is; ``done`` says how much of it a transaction did."""
        self._events = events
        self._watch = watch
        self._done = done
        self._complete = complete

    def committed(self, sources: Sequence[SourceRange], outgoing: Sequence[Outgoing], seconds: float) -> None:
        """See :class:`LaneEvents`."""
        self._events.committed(sources, outgoing, seconds)
        self._watch.committed(self._done(sources, outgoing))
        if self._watch.run is not None:
            self._complete.set()

    def rebuilt(self, slot: int, cause: str) -> None:
        """See :class:`LaneEvents`."""
        self._events.rebuilt(slot, cause)

    def data_lost(self, topic: str, partition: int, records: int) -> None:
        """See :class:`LaneEvents`."""
        self._events.data_lost(topic, partition, records)


class BenchLane:
    """The lane, its input and its output under different prefixes, so that every round writes to fresh topics."""

    def __init__(self, job: Job, watch: Stopwatch) -> None:
        settings = job.settings()
        telemetry = Telemetry(CollectorRegistry(), [DETECTOR])
        notes = RedisNotes(
            settings.redis_url, f"assay:{settings.env}:{settings.topic_prefix}notes:{DETECTOR}"
        )
        spec = lane_specs(settings)[DETECTOR]
        if job.checks != ALL_CHECKS:
            spec = replace(spec, step=_step(settings, job.checks.split(",")))
        self.transport = KafkaTransport(job.output_settings())
        self.complete = asyncio.Event()
        self.lane = Lane(
            replace(spec, step=WatchedStep(spec.step, watch)),
            settings,
            self.transport,
            SystemClock(),
            notes=notes,
            events=WatchedEvents(telemetry.for_lane(DETECTOR), watch, self.complete),
        )

    async def run_until(self, end: asyncio.Event) -> None:
        """See :class:`Bench`."""
        await work_until(end, [self.lane])

    async def ready(self) -> None:
        """See :class:`Bench`."""
        await self.lane.ready()

    async def start(self) -> None:
        """See :class:`Bench`."""
        await self.transport.start()
        await self.lane.start()

    async def stop(self) -> None:
        """See :class:`Bench`."""
        await self.lane.stop()
        await self.transport.stop()


def _step(settings: Settings, only: Sequence[str]) -> DetectorStep:
    """The lane's step with some of the detectors."""
    sealer = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
    group = lane_group(settings, DETECTOR)
    secret = replay_secret(settings)
    return DetectorStep(load_policies(settings), sealer, group, settings.topic_prefix, only, secret=secret)


def run(job: Job, watch: Stopwatch) -> None:
    """Judge the job's records."""
    tune_memory()
    bench = BenchLane(job, watch)
    run_tuned(lambda: _measure(bench))


async def _measure(bench: BenchLane) -> None:
    await bench.start()
    try:
        await bench.run_until(bench.complete)
    finally:
        await bench.stop()
