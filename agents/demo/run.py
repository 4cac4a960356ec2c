"""A demo from beginning to end."""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import orjson

from assay.agents.audit import run_audit
from assay.agents.audit.journal import read_journal
from assay.agents.audit.reader import TopicReader
from assay.agents.clock import SystemClock
from assay.agents.settings import Settings

from .account import Account
from .display import Display
from .flow import Pipeline, flow
from .interrupts import Interrupts
from .plan import DemoPlan
from .prerequisites import require_prerequisites
from .result import DemoResult, count_faults
from .surroundings import alone, fresh_topics, running_stack, settings_for_run, short_id
from .worker import LOG_NAME, Worker, running_worker

REPORT_NAME = "demo-report.json"
JOURNAL_NAME = "demo-journal.jsonl"
AUDIT_WAIT_S = 10.0

Shown = Callable[[DemoResult, Path], None]
"""Told the result, and where it is written, while everything may still be running."""


def run_demo(plan: DemoPlan, home: Path, display: Display, show: Shown) -> tuple[str, ...]:
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
                return _run(plan, home, display, show, started)
            finally:
                interrupts.hold()
                display.doing("stopping what was started")


def _run(plan: DemoPlan, home: Path, display: Display, show: Shown, started: ExitStack) -> tuple[str, ...]:
    """Everything; ``started`` holds how to stop it."""
    stack = started.enter_context(running_stack(home, display.doing))
    name = f"demo-{short_id(SystemClock().now_ns())}"
    settings = settings_for_run(home, stack, name, plan.processes)
    display.done(f"Kafka on port {stack.kafka_port} and Valkey on port {stack.redis_port} answer")
    display.doing("creating topics")
    started.enter_context(fresh_topics(settings, keep=plan.keep))
    display.doing("starting the worker")
    worker = started.enter_context(running_worker(settings, plan.processes))
    worker.until_ready()
    display.done(f"the worker is ready; its log is {home / LOG_NAME}")
    journal = home / JOURNAL_NAME
    if not plan.keep:
        started.callback(journal.unlink, missing_ok=True)
    result = _publish_and_judge(plan, settings, worker, display, journal)
    display.done(f"{result.audit.raw:,} traces published, judged and audited")
    (home / REPORT_NAME).write_bytes(orjson.dumps(result.to_json(), option=orjson.OPT_INDENT_2) + b"\n")
    display.clear()
    show(result, home / REPORT_NAME)
    if plan.stay:
        _wait_for_signal()
    display.doing("stopping the worker")
    return (*result.failures, *_ended_badly(worker))


def _publish_and_judge(
    plan: DemoPlan, settings: Settings, worker: Worker, display: Display, journal: Path
) -> DemoResult:
    with TopicReader(settings) as reader:
        account = Account(settings, reader)
        flowed = flow(plan, Pipeline(settings, account, worker, display), journal)
        display.doing("auditing")
        audit = run_audit(settings, journal=journal, wait_s=AUDIT_WAIT_S, progress=display.auditing)
        faults = count_faults(read_journal(journal), audit)
        return DemoResult(settings.env, flowed, account.reasons(), audit, faults)


def _ended_badly(worker: Worker) -> tuple[str, ...]:
    status = worker.stop()
    return () if status == 0 else (f"the worker ended with status {status} instead of 0: see {worker.log}",)


def _wait_for_signal() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return
