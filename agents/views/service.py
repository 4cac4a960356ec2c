"""The views of one agent, with the life cycle of the Faust app."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import mode

from assay.agents.clock import SystemClock
from assay.agents.lanes.projection import Projection, ViewSpec
from assay.agents.settings import Settings
from assay.agents.stores.redis_views import RedisViewStore
from assay.agents.stores.view_keys import view_keys
from assay.agents.stores.view_reader import view_reader
from assay.agents.stores.view_store import ViewUnavailableError
from assay.agents.transport.kafka import KafkaTransport
from assay.agents.transport.protocol import Transport
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.views import counters
from assay.pipeline.views.quarantined import COLLECTION

from .monitor import Looked, QualityMonitor
from .specs import OF_AGENT, QUARANTINE, QUARANTINE_AGENT, VIEWS, VIEWS_AGENT
from .telemetry import ViewsTelemetry

REPORT_INTERVAL_S = 5.0


def projection(spec: ViewSpec, settings: Settings, transport: Transport) -> Projection:
    """A view in this environment's Redis."""
    store = RedisViewStore(settings.redis_url, view_keys(settings, spec.name))
    return Projection(spec, settings, transport, store, SystemClock())


def _monitor(settings: Settings, report: Callable[[Looked], None]) -> QualityMonitor:
    return QualityMonitor(
        view_reader(settings, counters.VIEW),
        view_reader(settings, QUARANTINE),
        SystemClock(),
        report,
        most_records=settings.quarantine_tenant_records,
        most_bytes=settings.quarantine_tenant_bytes,
    )


class ViewsService(mode.Service):  # type: ignore[misc]  # mode ships no types
    """Keeps the views of an agent up to date. Belongs in the low-rate process: folding must not delay a lane."""

    def __init__(
        self,
        agent: str,
        settings: Settings,
        set_lags: Callable[[str, Mapping[int, int]], None],
        telemetry: ViewsTelemetry,
        **options: Any,
    ) -> None:
        """``set_lags`` is told each view's lag by partition, under the name ``view-<name>``; ``telemetry`` how the views
        stand, and what the quality monitor (agent ``views``) or the view ``quarantine`` (agent ``quarantine``) shows.
        """
        super().__init__(**options)
        self._telemetry = telemetry
        self._monitor = _monitor(settings, telemetry.looked) if agent == VIEWS_AGENT else None
        self._contained = view_reader(settings, QUARANTINE) if agent == QUARANTINE_AGENT else None
        self._clock = SystemClock()
        self._transport = KafkaTransport(settings)
        self._set_lags = set_lags
        self.projections: Sequence[Projection] = [
            projection(VIEWS[name], settings, self._transport) for name in OF_AGENT[agent]
        ]

    def use(self, bundle: Bundle) -> None:
        """Measure quality by this bundle from the next look on: a :class:`~assay.agents.bundles.BundleUser`."""
        if self._monitor is not None:
            self._monitor.use(bundle)

    async def on_start(self) -> None:
        """Connect and join the groups."""
        await self._transport.start()
        await asyncio.gather(*(each.start() for each in self.projections))

    @mode.Service.task  # type: ignore[untyped-decorator]  # mode ships no types
    async def _watch(self) -> None:
        try:
            await asyncio.gather(*(each.run() for each in self.projections))
        except Exception as error:  # noqa: BLE001 - the edge: a fault of ours ends the process, with a status
            if not self.should_stop:
                await self.crash(error)

    @mode.Service.task  # type: ignore[untyped-decorator]  # mode ships no types
    async def _look(self) -> None:
        if self._monitor is not None:
            await self._monitor.run()

    @mode.Service.timer(REPORT_INTERVAL_S)  # type: ignore[untyped-decorator]  # mode ships no types
    async def _report(self) -> None:
        for each in self.projections:
            self._set_lags(f"view-{each.spec.name}", each.lag())
            self._telemetry.stands(each.spec.name, available=each.is_ready and each.available)
        if self._contained is not None:
            with suppress(ViewUnavailableError):  # `view_available` says so
                found = await self._contained.extent(COLLECTION)
                self._telemetry.contained(found, self._clock.now_ns() // NANOS_PER_MILLI)

    async def on_stop(self) -> None:
        """Let what is under way end, leave the groups, disconnect."""
        await asyncio.gather(*(each.stop() for each in self.projections))
        if self._monitor is not None:
            await self._monitor.close()
        if self._contained is not None:
            await self._contained.close()
        await self._transport.stop()
