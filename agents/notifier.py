"""The notifier: reads ``quality.escalations`` and tells people (S0-82 … S0-84, OPERATIONS 5.2).

A service of the process for low-rate agents, not a Faust agent: what is to be sent after a restart is in the records
*before* the group's offset, which an agent never sees again.
"""

import asyncio
import logging
from random import SystemRandom
from typing import Any

import mode
from aiokafka.errors import KafkaError

from assay.pipeline.core.clock import Clock
from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError
from assay.pipeline.policy.bundle import Bundle

from .notify.channels import Channels, ready_channels
from .notify.couriers import Couriers
from .notify.desk import Desk
from .notify.events import NotifierEvents
from .notify.journal import KafkaJournal
from .notify.reader import AGENT, EscalationReader
from .notify.samples import NoSamples, Samples
from .notify.secrets import Secrets
from .process import end_at_the_latest
from .settings import Settings

log = logging.getLogger(__name__)

__all__ = ["AGENT", "Notifier", "NotifierService"]

RETRY_S = 2.0
STOP_S = 9.0
"""A worker that is asked to stop is gone after this, whatever Kafka or a destination does."""


class Notifier:
    """All of it but its life cycle. A :class:`assay.agents.bundles.BundleUser`.

    Raises :class:`ConfigError` for channels that are on and cannot work.
    """

    def __init__(
        self,
        settings: Settings,
        bundle: Bundle,
        *,
        secrets: Secrets,
        clock: Clock,
        events: NotifierEvents,
        samples: Samples | None = None,
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._clock = clock
        self._journal = KafkaJournal(settings)
        self.desk = Desk(
            channels=ready_channels(bundle.notifications, secrets, clock, drill=bundle.drill),
            environment=settings.env,
            journal=self._journal,
            clock=clock,
            random=SystemRandom(),
            samples=samples or NoSamples(),
            events=events,
        )
        self._couriers = Couriers(self.desk, clock)
        self._policy = bundle.notifications, bundle.drill
        self._next: Channels | None = None
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    def use(self, bundle: Bundle) -> None:
        """Take a bundle's channels, from any thread. Those that cannot work here change nothing, and are logged."""
        if (bundle.notifications, bundle.drill) == self._policy:
            return
        try:
            channels = ready_channels(bundle.notifications, self._secrets, self._clock, drill=bundle.drill)
        except ConfigError as error:
            log.error("the channels of bundle %s cannot be used, those before stay", bundle.short_id)  # noqa: TRY400 - the problems follow
            for problem in error.problems:
                log.error("bundle %s: %s", bundle.short_id, problem)  # noqa: TRY400 - as above
            return
        self._policy = bundle.notifications, bundle.drill
        self._next = channels

    async def run(self) -> None:
        """Tell people until :meth:`stop`. Kafka away is waited for. Raises nothing that it could be the cause of."""
        on = ", ".join(self.desk.channels.ready) or "none"
        log.info("the notifier's channels are: %s", on)
        self._ended.clear()
        self._couriers.start()
        try:
            while not self._stopping.is_set():
                try:
                    await self._session()
                except (DependencyUnavailableError, KafkaError) as error:
                    log.warning("escalations cannot be read, the notifier waits: %s", type(error).__name__)
                    await self._pause()
        finally:
            await self._couriers.stop()
            await self._journal.stop()
            self._ended.set()

    async def stop(self) -> None:
        """Begin nothing more, and return when :meth:`run` has."""
        self._stopping.set()
        await self._ended.wait()

    async def _session(self) -> None:
        """From connecting to the first error."""
        reader = EscalationReader(self._settings, self.desk, self._couriers, self._clock)
        try:
            await reader.start()
            while not self._stopping.is_set():
                await reader.step()
                channels, self._next = self._next, None
                if channels is not None:
                    await self._couriers.replace(channels)
                    log.info("the notifier's channels are: %s", ", ".join(channels.ready) or "none")
            await self._couriers.stop()
        finally:
            await reader.stop()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), RETRY_S)
        except TimeoutError:
            return


class NotifierService(mode.Service):  # type: ignore[misc]  # mode ships no types
    """The notifier with the life cycle of the Faust app."""

    def __init__(self, notifier: Notifier, **options: Any) -> None:
        super().__init__(**options)
        self.notifier = notifier

    @mode.Service.task  # type: ignore[untyped-decorator]  # mode ships no types
    async def _run(self) -> None:
        try:
            await self.notifier.run()
        except Exception as error:  # noqa: BLE001 - the edge: a worker that tells nobody must end
            await self.crash(error)

    async def on_stop(self) -> None:
        """Let what is under way end."""
        end_at_the_latest(STOP_S)
        await self.notifier.stop()
