"""A demo from beginning to end."""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import orjson

from assay.agents.audit import run_audit
from assay.agents.audit.journal import read_journal
from assay.agents.audit.reader import TopicReader
from assay.agents.clock import SystemClock
from assay.agents.settings import Settings

from .account import Account
from .calls import calling_nobody_but, new_secret
from .display import Display
from .flow import Pipeline, flow
from .hook import Hook, listening
from .interrupts import Interrupts
from .loop import close_loop
from .loop_result import Loop
from .plan import DemoPlan
from .prerequisites import require_prerequisites
from .repair import first_repair
from .result import DemoResult, Flowed, count_faults
from .staying import staying
from .story import Story
from .surroundings import alone, fresh_topics, running_stack, settings_for_run, short_id
from .worker import LOG_NAME, OTHERS_LOG_NAME, Worker, running_lanes, running_others

REPORT_NAME = "demo-report.json"
JOURNAL_NAME = "demo-journal.jsonl"
AUDIT_WAIT_S = 10.0

Shown = Callable[[DemoResult, Path], None]
"""Told the result, and where it is written, while everything may still be running."""


def run_demo(plan: DemoPlan, story: Story, home: Path, display: Display, show: Shown) -> tuple[str, ...]:
    """Do everything, stop everything that was started, and say why it was no success; empty when it was one.

    Raises ``KeyboardInterrupt`` when a signal comes before the result is there, ``DependencyUnavailableError``
    for what is missing, ``RefusedError`` when another demo runs in this home, ``TransientError`` when the worker
    does not do its work. In each case what was started is stopped first.
    """
    with Interrupts() as interrupts, alone(home):
        report = home / REPORT_NAME
        report.unlink(missing_ok=True)  # an old one must not be taken for this run's
        require_prerequisites(home)
        with ExitStack() as started:
            try:
                return _Run(plan, story, home, display, started)(show)
            finally:
                interrupts.hold()
                display.doing("stopping what was started")


@dataclass(frozen=True, slots=True)
class _Run:
    """One demo on its way. ``started`` holds how to stop everything."""

    plan: DemoPlan
    story: Story
    home: Path
    display: Display
    started: ExitStack

    def __call__(self, show: Shown) -> tuple[str, ...]:
        home, display = self.home, self.display
        settings, hook = self._surroundings()
        display.doing("starting the lanes")
        lanes = self.started.enter_context(running_lanes(settings, self.plan.processes))
        lanes.until_ready()
        display.done(f"the lanes are ready; their log is {home / LOG_NAME}")
        with TopicReader(settings) as reader:
            account = Account(settings, reader)
            flowed = flow(self.plan, Pipeline(settings, account, lanes, display), home / JOURNAL_NAME)
            display.done(f"{sum(flowed.published.values()):,} traces published and judged")
            # Not before: speed is measured without them, for on two cores they would take from the lanes.
            display.doing("starting all other agents")
            others = self.started.enter_context(running_others(settings, self.plan.processes))
            others.until_ready()
            display.done(f"all other agents are ready; their log is {home / OTHERS_LOG_NAME}")
            loop = close_loop(settings, self.story, hook, (lanes, others), display)
            result = self._proved(settings, reader, account, flowed, loop)
        display.done(f"{result.audit.raw:,} traces published, judged and audited")
        (home / REPORT_NAME).write_bytes(orjson.dumps(result.to_json(), option=orjson.OPT_INDENT_2) + b"\n")
        display.clear()
        show(result, home / REPORT_NAME)
        if self.plan.stay:
            display.doing("starting the page")
            with staying(settings) as url:
                display.done(f"the page is at {url} with some traffic to look at, until Ctrl-C")
                _wait_for_signal()
        display.doing("stopping the workers")
        return (*result.failures, *_ended_badly(others), *_ended_badly(lanes))

    def _surroundings(self) -> tuple[Settings, Hook]:
        """Kafka and Valkey, topics of this run, and a webhook that is all that is called."""
        plan, home, display, enter = self.plan, self.home, self.display, self.started.enter_context
        stack = enter(running_stack(home, display.doing))
        name = f"demo-{short_id(SystemClock().now_ns())}"
        settings = settings_for_run(home, stack, name, plan.processes)
        display.done(f"Kafka on port {stack.kafka_port} and Valkey on port {stack.redis_port} answer")
        display.doing("creating topics")
        enter(fresh_topics(settings, keep=plan.keep))
        secret = new_secret()
        hook = enter(listening(Hook(secret)))
        if not plan.keep:
            self.started.callback((home / JOURNAL_NAME).unlink, missing_ok=True)
        return enter(calling_nobody_but(hook, secret, settings)), hook

    def _proved(
        self, settings: Settings, reader: TopicReader, account: Account, flowed: Flowed, loop: Loop
    ) -> DemoResult:
        """The audit of all of it, and what stands beside it."""
        display, journal = self.display, self.home / JOURNAL_NAME
        display.doing("auditing")
        audit = run_audit(settings, journal=journal, wait_s=AUDIT_WAIT_S, progress=display.auditing)
        faults = count_faults(read_journal(journal), audit)
        loop = loop.with_receipt(first_repair(settings, reader))
        return DemoResult(settings.env, flowed, account.reasons(), audit, faults, loop)


def _ended_badly(worker: Worker) -> tuple[str, ...]:
    status = worker.stop()
    return () if status == 0 else (f"the worker ended with status {status} instead of 0: see {worker.log}",)


def _wait_for_signal() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return
