"""The whole way of a trace, the three lanes in one process as a worker runs them, with a stopwatch at its two ends."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from prometheus_client import CollectorRegistry

from assay.agents.auto_remediation import AutoRemediationStep
from assay.agents.bench.job import ENDS, Job
from assay.agents.bench.stopwatch import Stopwatch
from assay.agents.bench.tuned import run_tuned
from assay.agents.bench.working import work_until
from assay.agents.clock import SystemClock
from assay.agents.detector import LANE as DETECTOR
from assay.agents.lanes.engine import Lane
from assay.agents.lanes.notes import RedisNotes
from assay.agents.lanes.probe import Probe
from assay.agents.lanes.step import SourceRange
from assay.agents.process import tune_memory
from assay.agents.receipts import KafkaReceipts, ReceiptWatch
from assay.agents.roster import LANES, PROBES, lane_specs
from assay.agents.telemetry import Telemetry
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.outgoing import Outgoing

from .lane import WatchedEvents, WatchedStep


def ended(sources: Sequence[SourceRange], outgoing: Sequence[Outgoing]) -> int:  # noqa: ARG001 - what was read may go on
    """How many traces a transaction brought to their end."""
    return sum(record.role in ENDS for record in outgoing)


class BenchLoop:
    """Detector, classifier and auto-remediation. The first reads the job's input, all of them write its output."""

    def __init__(self, job: Job, watch: Stopwatch) -> None:
        reads, writes = job.settings(), job.output_settings()
        telemetry = Telemetry(CollectorRegistry(), LANES)
        self.complete = asyncio.Event()
        self._transports = []
        self._lanes: list[Lane] = []
        self._receipts: list[ReceiptWatch] = []
        self._following: list[asyncio.Task[None]] = []
        for name, spec in lane_specs(reads).items():
            settings = reads if name == DETECTOR else writes
            transport = KafkaTransport(writes)
            notes = RedisNotes(settings.redis_url, f"assay:{settings.env}:{writes.topic_prefix}notes:{name}")
            if isinstance(spec.step, AutoRemediationStep):
                self._receipts.append(ReceiptWatch(KafkaReceipts(writes), spec.step.trust))
            watched = replace(spec, step=WatchedStep(spec.step, watch)) if name == DETECTOR else spec
            events = WatchedEvents(telemetry.for_lane(name), watch, self.complete, ended)
            lane = Lane(
                watched,
                settings,
                transport,
                SystemClock(),
                notes=notes,
                events=events,
                new_probe=partial(Probe, PROBES[name]),
            )
            self._transports.append(transport)
            self._lanes.append(lane)

    async def start(self) -> None:
        """See :class:`Bench`."""
        for watch in self._receipts:
            await watch.start()
            self._following.append(asyncio.create_task(watch.run()))
        for transport in self._transports:
            await transport.start()
        await asyncio.gather(*(lane.start() for lane in self._lanes))

    async def ready(self) -> None:
        """See :class:`Bench`."""
        await asyncio.gather(*(lane.ready() for lane in self._lanes))

    async def run_until(self, end: asyncio.Event) -> None:
        """See :class:`Bench`."""
        await work_until(end, self._lanes)

    async def stop(self) -> None:
        """See :class:`Bench`."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes))
        for transport in self._transports:
            await transport.stop()
        for watch in self._receipts:
            await watch.stop()
        await asyncio.gather(*self._following)


def run(job: Job, watch: Stopwatch) -> None:
    """Bring the job's records to their ends."""
    tune_memory()
    bench = BenchLoop(job, watch)
    run_tuned(lambda: _measure(bench))


async def _measure(bench: BenchLoop) -> None:
    await bench.start()
    try:
        await bench.run_until(bench.complete)
    finally:
        await bench.stop()
