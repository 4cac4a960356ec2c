"""Counters of the view ``counters`` as a report wants them; from tallies where the view is away."""

from collections import Counter
from collections.abc import Mapping

from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.record import RawRecord
from assay.pipeline.report.tenant import HOUR_S, HourCounts, Window
from assay.pipeline.views import Add
from assay.pipeline.views.buckets import HOURS, words_of
from assay.pipeline.views.counters import fold_tallies
from assay.pipeline.views.quality import DETECTOR

RUN_RECORDS = 500
"""Tallies that are folded at once: the reader holds no more."""


def hour_counts(hour: int, tenant: str, counts: Mapping[str, int]) -> HourCounts:
    """Of one hour's counters, those of the tenant."""
    found: Counter[str] = Counter()
    for name, number in counts.items():
        match words_of(name):
            case ["records", lane, whose, outcome, reason] if whose == tenant:
                if lane == DETECTOR:
                    found["traces"] += number
                    found["failing"] += 0 if outcome == Outcome.VALID else number
                    found["warned"] += number if reason == Reason.PASSED_WITH_WARNINGS else 0
                found[outcome] += number
    return HourCounts(
        hour,
        found["traces"],
        found["warned"],
        found["failing"],
        found[Outcome.REMEDIATED],
        found[Outcome.QUARANTINED],
        found[Outcome.DEAD_LETTERED],
    )


class TalliedHours:
    """Adds up tallies, hour by hour."""

    def __init__(self, tenant: str, window: Window) -> None:
        self._tenant = tenant
        self._window = window
        self._run: list[RawRecord] = []
        self._hours: dict[int, Counter[str]] = {}

    def take(self, record: RawRecord) -> None:
        """Count one more."""
        self._run.append(record)
        if len(self._run) >= RUN_RECORDS:
            self._fold()

    def hours(self) -> list[HourCounts]:
        """Everything so far, of the window and the one before it."""
        self._fold()
        return [hour_counts(hour, self._tenant, counts) for hour, counts in sorted(self._hours.items())]

    def _fold(self) -> None:
        for delta in fold_tallies(self._run):
            # Each number is there twice, in its minute and in its hour.
            if isinstance(delta, Add) and delta.bucket.startswith(HOURS):
                hour = int(delta.bucket.removeprefix(HOURS)) // HOUR_S
                if self._window.holds(hour) or self._window.before.holds(hour):
                    self._hours.setdefault(hour, Counter()).update(delta.counts)
        self._run.clear()
