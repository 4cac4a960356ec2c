"""The quality monitor: every minute, the metrics of the last five (S0-67 … S0-74)."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assay.agents.stores.view_reader import ViewReader
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.errors import TransientError
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.drill_rules import DRILL_TENANT
from assay.pipeline.policy.quality_rules import QualityMetric, QualityThresholds
from assay.pipeline.views.limits import OverLimit, over_limits
from assay.pipeline.views.quality import PERIOD_S, QualityBreach, breaches, quality, window
from assay.pipeline.views.quarantined import COLLECTION

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the monitor saw."""

    metrics: Mapping[QualityMetric, float]
    """Empty when nothing was processed (S0-80)."""
    breaches: Sequence[QualityBreach]
    over_limits: Sequence[OverLimit]


class QualityMonitor:
    """Reads the views ``counters`` and ``quarantine``; tells ``report`` what it saw.

    A :class:`~assay.agents.bundles.BundleUser`: thresholds are policy (S0-67), and the tenant of drills is left out.
    """

    def __init__(
        self,
        counters: ViewReader,
        quarantine: ViewReader,
        clock: Clock,
        report: Callable[[Looked], None],
        *,
        most_records: int,
        most_bytes: int,
    ) -> None:
        self._counters = counters
        self._quarantine = quarantine
        self._clock = clock
        self._report = report
        self._thresholds = QualityThresholds()
        self._drill = DRILL_TENANT
        self._most = most_records, most_bytes

    def use(self, bundle: Bundle) -> None:
        """Compare with this bundle's thresholds from the next look on."""
        self._thresholds = bundle.quality
        self._drill = bundle.drill.tenant

    async def look(self) -> Looked:
        """One look. Raises ``ViewUnavailableError``."""
        counts = await self._counters.buckets(window(self._clock.now_ns() // NANOS_PER_SECOND))
        measured = quality(counts, leaving_out=self._drill)
        records, size = self._most
        over = over_limits(await self._quarantine.sums(COLLECTION), most_records=records, most_bytes=size)
        return Looked(measured, breaches(measured, self._thresholds), over)

    async def run(self) -> None:
        """Look every minute until cancelled. What goes wrong is logged, and the next look comes all the same (S0-70)."""
        while True:
            try:
                looked = await self.look()
            except TransientError as error:
                log.warning("Error in trace quality monitoring: %s", error)
            else:
                self._tell(looked)
            await asyncio.sleep(PERIOD_S)

    def _tell(self, looked: Looked) -> None:
        for breach in looked.breaches:
            log.warning("%s is %.4f, above %.4f", breach.metric, breach.value, breach.most)
        for over in looked.over_limits:
            log.warning("quarantine of one tenant: %d %s, above %d", over.number, over.what, over.most)
        self._report(looked)

    async def close(self) -> None:
        """Disconnect."""
        await self._counters.close()
        await self._quarantine.close()
