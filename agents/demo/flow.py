"""Traces on their way: published, judged, and both of it measured."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from assay.agents.generate import PublishResult
from assay.agents.settings import Settings
from assay.pipeline.core.errors import TransientError

from .account import Account
from .cpu import CpuMeter
from .display import Display
from .pace import Pace
from .plan import DemoPlan
from .publishing import Publishing, Stream, together
from .result import Flowed, Speed
from .watch import Snapshot, Watched, watch
from .worker import Worker

VANGUARD_SHARE = 1 / 200
VANGUARD_MOST = 400
VANGUARD_RATE = 200.0
"""The first traces open connections and transactions, on a broker that has just started; what follows would wait
for that. They are few enough not to move the 99th percentile, and count in everything but speed."""


def vanguard_of(total: int) -> int:
    """How many traces go ahead: under one in a hundred."""
    return min(VANGUARD_MOST, int(total * VANGUARD_SHARE))


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What traces flow through, and where one looks at it."""

    settings: Settings
    account: Account
    worker: Worker
    display: Display


def flow(plan: DemoPlan, through: Pipeline, journal: Path) -> Flowed:
    """Publish all of the plan and wait until it is judged; ``journal`` holds what became of each record.

    Raises what :func:`watch` raises.
    """
    display, settings = through.display, through.settings
    stream = Stream(plan.loads)
    results: list[PublishResult] = []
    ahead = vanguard_of(plan.total)
    if ahead:
        display.doing(f"letting {ahead:,} traces go ahead, to open connections")
        publishing = Publishing(settings, islice(stream, ahead), VANGUARD_RATE, journal)
        results.append(_run(publishing, ahead, through)[0].result)
    pace = "as fast as the worker follows" if plan.rate is None else f"at {plan.rate:,.0f}/s"
    display.doing(f"publishing {plan.total - ahead:,} traces, {pace}, and judging them")
    second = journal.with_suffix(".rest")
    try:
        publishing = Publishing(settings, stream, plan.rate or Pace(), second)
        seen, meter = _run(publishing, plan.total - ahead, through)
        with journal.open("ab") as file:
            file.write(second.read_bytes())
    finally:
        second.unlink(missing_ok=True)
    speed = Speed(plan.rate, seen.result.acked, seen.seconds, meter.seconds, seen.most_lag, meter.came)
    return Flowed(stream.taken, together([*results, seen.result]), speed)


def _run(publishing: Publishing, total: int, through: Pipeline) -> tuple[Watched, CpuMeter]:
    meter = CpuMeter(through.worker.cpu_times)
    before = through.account.end()

    def show(seen: Snapshot) -> None:
        through.display.flowing(seen)
        publishing.adjust(seen.seconds, seen.lag)

    with publishing:
        work = _Work(publishing, through.account, through.worker, meter, before)
        return watch(work, total, show), meter


@dataclass(frozen=True, slots=True)
class _Work:
    """A :class:`assay.agents.demo.watch.Work`: producer, topics and worker together."""

    publishing: Publishing
    account: Account
    worker: Worker
    meter: CpuMeter
    before: int
    """Records that were on the topic, and judged, when it began."""

    def published(self) -> int:
        return self.publishing.acked

    def result(self) -> PublishResult | None:
        return self.publishing.result()

    def judged(self) -> int:
        return self.account.judged() - self.before

    def end(self) -> int:
        return self.account.end() - self.before

    def failure(self, why: str) -> TransientError:
        return self.worker.failure(why)

    def check(self) -> None:
        self.worker.require_alive()
        self.meter.look()
