"""Detectors that keep a budget of time."""

import threading
from collections.abc import Callable, Sequence

from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect import Detector

NANOS_PER_MS = 1_000_000


class OutOfTimeError(TransientError):
    """The budget of this trace is used up: the judge makes it an issue (``detector.failed``), as for any failure."""


class Stopwatch:
    """The time that one trace has left, for each thread that judges.

    ``slow`` is told the name of a step that took longer than its budget.
    """

    def __init__(
        self, step_ms: float, total_ms: float, clock_ns: Callable[[], int], slow: Callable[[str], None]
    ) -> None:
        self._step_ns = round(step_ms * NANOS_PER_MS)
        self._latest_ns = round((total_ms - step_ms) * NANOS_PER_MS)
        self._clock_ns = clock_ns
        self._slow = slow
        self._threads = threading.local()

    def start(self) -> None:
        """A trace begins, in this thread."""
        self._threads.latest = self._clock_ns() + self._latest_ns

    def run(self, name: str, detect: Callable[[Trace], Sequence[Finding]], trace: Trace) -> Sequence[Finding]:
        """What the step finds. Raises :class:`OutOfTimeError` when it could not end within the whole budget."""
        began = self._clock_ns()
        if began > self._threads.latest:
            raise OutOfTimeError(name)
        found = detect(trace)
        if self._clock_ns() - began > self._step_ns:
            self._slow(name)
        return found


class TimedStep:
    """A detector under a :class:`Stopwatch`."""

    __slots__ = ("_detect", "_stopwatch", "name")

    def __init__(self, detector: Detector, stopwatch: Stopwatch) -> None:
        self.name = detector.name
        self._detect = detector.detect
        self._stopwatch = stopwatch

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """See :class:`Detector`. Raises :class:`OutOfTimeError`."""
        return self._stopwatch.run(self.name, self._detect, trace)
