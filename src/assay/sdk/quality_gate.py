"""The gate in a producer's own process (S0-156 … S0-163)."""

import asyncio
import logging
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from assay.agents.clock import SystemClock
from assay.pipeline.core.clock import Clock
from assay.pipeline.core.record import Headers, RawRecord
from assay.pipeline.detect import Detector, build_detectors
from assay.pipeline.flow import Judge
from assay.pipeline.gate import Gate, GateDecision, GateMode, GateResult, Publishable, record_of
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import EnforcementPoint

from .config import GateConfig
from .errors import TraceRefusedError, reasons
from .policies import load_policies
from .report import ClientReport, Counting
from .timed_steps import Stopwatch, TimedStep

log = logging.getLogger("assay.sdk")

_HASHES = 2**32


class TraceQualityGate:
    """Judges traces as the stream is going to. May be used from several threads.

    ``policies`` is a directory (:func:`load_policies`); ``None`` means what ships. ``bundle`` is one that was
    loaded before, instead. Raises :class:`ConfigError` with everything that is wrong with the policies.
    """

    def __init__(
        self,
        policies: Path | None = None,
        config: GateConfig | None = None,
        *,
        bundle: Bundle | None = None,
        clock: Clock | None = None,
        stopwatch_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.config = GateConfig() if config is None else config
        self._clock: Clock = SystemClock() if clock is None else clock
        self._counting = Counting(self.config.examples, self._clock.now_ns())
        self._stopwatch = Stopwatch(
            self.config.step_budget_ms, self.config.total_budget_ms, stopwatch_ns, self._counting.slow
        )
        self._judged_below = round(self.config.sample * _HASHES)
        self._places = threading.BoundedSemaphore(self.config.most_waiting)
        lenient = self.config.dry_run and self.config.mode is GateMode.ENFORCE
        self._mode = GateMode.WARN if lenient else self.config.mode
        self.use(load_policies(policies) if bundle is None else bundle)

    def use(self, bundle: Bundle) -> None:
        """Judge by this bundle from the next trace on."""
        prefix = self.config.topic_prefix
        self._court = _Court(bundle, prefix, self._stopwatch, self.config)

    @property
    def bundle(self) -> Bundle:
        """The bundle in use."""
        return self._court.bundle

    @property
    def validators(self) -> tuple[Detector, ...]:
        """The detectors in use, in the order in which they run: the stream's own (S0-157 … S0-159, S0-161)."""
        return self._court.detectors

    def covers(self, topic: str) -> bool:
        """Whether what is sent to this topic are traces: a binding of the bundle declares it."""
        return topic in self._court.topics

    def check(
        self,
        trace: Publishable,
        *,
        topic: str | None = None,
        key: bytes | None = None,
        headers: Headers = (),
        timestamp_ms: int | None = None,
    ) -> GateResult:
        """Judge, decide and count; raises nothing for what a trace holds.

        Bytes are judged as they are, a document as ``json.dumps`` writes it. ``topic`` with its prefix;
        ``None`` is the configuration's. ``timestamp_ms`` as it is going to be sent; ``None`` is now.
        """
        record = self._record(trace, topic, key, headers, timestamp_ms)
        return self._counted(self._skipped(record) or self._judged(record), record)

    def admit(
        self,
        trace: Publishable,
        *,
        topic: str | None = None,
        key: bytes | None = None,
        headers: Headers = (),
        timestamp_ms: int | None = None,
    ) -> GateResult:
        """:meth:`check` that raises :class:`TraceRefusedError` for a trace that does not pass."""
        result = self.check(trace, topic=topic, key=key, headers=headers, timestamp_ms=timestamp_ms)
        if not result.passed:
            raise TraceRefusedError(result)
        return result

    async def validate_before_ingestion(
        self,
        trace: Publishable,
        *,
        topic: str | None = None,
        key: bytes | None = None,
        headers: Headers = (),
        timestamp_ms: int | None = None,
    ) -> GateResult:
        """:meth:`check` for an event loop (S0-162): a large trace is judged in a thread, and waited for no longer than
        the whole budget.
        """
        record = self._record(trace, topic, key, headers, timestamp_ms)
        result = self._skipped(record)
        if result is None:
            small = len(record.value or b"") <= self.config.inline_bytes
            result = self._judged(record) if small else await self._judged_apart(record)
        return self._counted(result, record)

    def client_report(self, *, reset: bool = False) -> ClientReport:
        """What was let through, refused, skipped and not judged in time, by code, since the last ``reset``."""
        return self._counting.report(self.bundle.short_id, self._clock.now_ns(), reset=reset)

    def _record(
        self,
        trace: Publishable,
        topic: str | None,
        key: bytes | None,
        headers: Headers,
        timestamp_ms: int | None,
    ) -> RawRecord:
        name = f"{self.config.topic_prefix}{self.config.topic}" if topic is None else topic
        return record_of(
            trace, name, self._clock.now_ns(), key=key, headers=headers, timestamp_ms=timestamp_ms
        )

    def _skipped(self, record: RawRecord) -> GateResult | None:
        """The result for what is not to be judged, else ``None``."""
        gate = self._court.gate
        if self._mode is GateMode.OFF:
            return gate.skipped(GateDecision.SKIPPED_OFF, self._mode)
        if record.topic not in self._court.topics:
            return gate.skipped(GateDecision.SKIPPED_TOPIC, self._mode)
        # A checksum, not chance: a trace that is sent again is treated as before.
        if self._judged_below < _HASHES and zlib.crc32(record.value or b"") >= self._judged_below:
            return gate.skipped(GateDecision.SKIPPED_SAMPLE, self._mode)
        return None

    def _judged(self, record: RawRecord) -> GateResult:
        court = self._court
        self._stopwatch.start()
        try:
            return court.gate(record, self._clock.now_ns(), self._mode)
        except Exception as error:  # noqa: BLE001 - the edge: a producer must not fall over a bug of its gate
            # The type alone: an error's text may hold what it stumbled over.
            log.error("the gate could not judge a trace: %s", type(error).__name__)  # noqa: TRY400 - see above
            return court.gate.without_verdict(self._mode)

    async def _judged_apart(self, record: RawRecord) -> GateResult:
        gate = self._court.gate
        if not self._places.acquire(blocking=False):
            return gate.without_verdict(self._mode)
        judging = asyncio.get_running_loop().run_in_executor(None, self._judged_in_place, record)
        budget_s = self.config.total_budget_ms / 1000
        done, _ = await asyncio.wait({judging}, timeout=budget_s)
        return judging.result() if done else gate.without_verdict(self._mode)

    def _judged_in_place(self, record: RawRecord) -> GateResult:
        """Gives the place back when the work ends, which may be after it was waited for."""
        try:
            return self._judged(record)
        finally:
            self._places.release()

    def _counted(self, result: GateResult, record: RawRecord) -> GateResult:
        new = self._counting.count(result, record.topic, self._clock.now_ns())
        if new and result.decision is GateDecision.LET_THROUGH and not self.config.dry_run:
            # Once for each code: the report counts the rest.
            log.warning("the gate lets through what the stream is going to refuse: %s", reasons(result))
        return result


class _Court:
    """One bundle at work."""

    def __init__(self, bundle: Bundle, topic_prefix: str, stopwatch: Stopwatch, config: GateConfig) -> None:
        self.bundle = bundle
        self.topics = frozenset(f"{topic_prefix}{topic}" for topic in bundle.bindings)
        self.detectors = build_detectors(bundle)
        timed = [TimedStep(detector, stopwatch) for detector in self.detectors]
        judge = Judge(bundle, timed, topic_prefix, EnforcementPoint.GATE)
        self.gate = Gate(bundle, judge, closed_from=config.closed_from)
