"""The bundle that a worker process uses: the directory's at first, then what is published (ADR 7)."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import mode

from assay.pipeline.core.errors import ConfigError, Problem, TransientError
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.publication import Active
from assay.pipeline.policy.publication_log import PolicyLog

from .policy_review import changed_topics, checked_bundle
from .policy_topic import PolicySource

log = logging.getLogger(__name__)

FIRST_REOPEN_S = 0.5
MOST_REOPEN_S = 15.0


@runtime_checkable
class BundleUser(Protocol):
    """What judges by a bundle."""

    def use(self, bundle: Bundle) -> None:
        """Take it from the next transaction on."""
        ...


class BundleEvents(Protocol):
    """Who counts. ``Telemetry`` in a worker."""

    def bundle_in_use(self, since_s: float) -> None:
        """The bundle in use was activated then, in seconds since 1970."""
        ...

    def bundle_activated(self) -> None:
        """A bundle was taken into use, or made active."""
        ...

    def bundle_refused(self) -> None:
        """A bundle was not."""
        ...


class BundleWatch:
    """Follows ``quality.policy`` and hands the active bundle to those who use one.

    It never blocks them: loading takes place in a thread, and while Kafka is away they go on with what they have.
    """

    def __init__(
        self, source: PolicySource, directory: Bundle, users: Sequence[BundleUser], events: BundleEvents
    ) -> None:
        self._source = source
        self._users = users
        self._events = events
        self._log = PolicyLog()
        self._seen: Active | None = None
        self._unreadable = 0
        self._stopping = False
        self.in_use = directory
        self.not_taken = ""
        """Short id of the active bundle, when this process could not take it."""

    async def start(self) -> None:
        """Take the active bundle, if there is one: nobody may begin with an older one.

        Raises :class:`TransientError` when the topic cannot be read, :class:`ConfigError` when the active
        bundle cannot be used by this version.
        """
        self._log.take(await self._source.open())
        active = self._seen = self._log.active
        if active is None:
            return
        try:
            bundle = await asyncio.to_thread(checked_bundle, active.files)
        except ConfigError as error:
            remedy = "Publish one that it takes (assay worker --agents policy checks it), or start with ASSAY_POLICY_SOURCE=directory"
            why = f"the active bundle {active.bundle[:12]} cannot be used by this version"
            raise ConfigError([Problem("quality.policy", why, remedy), *error.problems]) from error
        await self._hand_over(active, bundle)

    async def run(self) -> None:
        """Follow the topic until :meth:`stop`. Raises nothing that the topic or Kafka could be the cause of."""
        while not self._stopping:
            try:
                self._log.take(await self._source.more())
            except TransientError as error:
                log.warning(
                    "the policy topic cannot be read, bundle %s stays: %s", self.in_use.short_id, error
                )
                await self._reopen()
            await self._follow()

    async def stop(self) -> None:
        """Disconnect."""
        self._stopping = True
        await self._source.close()

    async def _reopen(self) -> None:
        delay = FIRST_REOPEN_S
        while not self._stopping:
            await asyncio.sleep(delay)
            try:
                self._log.take(await self._source.open())
            except TransientError:
                delay = min(2 * delay, MOST_REOPEN_S)
            else:
                return

    async def _follow(self) -> None:
        if self._log.unreadable > self._unreadable:
            self._unreadable = self._log.unreadable
            log.error("quality.policy holds a record that Assay did not write; it is left out of account")
        active = self._log.active
        if active is None or active == self._seen:
            return
        self._seen = active
        if active.bundle == self.in_use.bundle_id:
            self._taken(active)
            return
        try:
            bundle = await asyncio.to_thread(checked_bundle, active.files)
        except ConfigError as error:
            self._refuse(active, error.problems)
            return
        if problems := changed_topics(self.in_use, bundle):
            self._refuse(active, problems)
            return
        await self._hand_over(active, bundle)
        self._events.bundle_activated()

    async def _hand_over(self, active: Active, bundle: Bundle) -> None:
        for user in self._users:
            # It compiles what the bundle says, which would hold up the loop.
            await asyncio.to_thread(user.use, bundle)
        log.info(
            "bundle %s is in use from the next batch on, it was %s", bundle.short_id, self.in_use.short_id
        )
        if bundle.bundle_id != active.bundle:
            log.warning(
                "bundle %s is called %s by the agent: versions differ", bundle.short_id, active.bundle
            )
        self.in_use = bundle
        self._taken(active)

    def _taken(self, active: Active) -> None:
        self.not_taken = ""
        self._events.bundle_in_use(active.activated_s)

    def _refuse(self, active: Active, problems: Sequence[Problem]) -> None:
        self.not_taken = active.bundle[:12]
        self._events.bundle_refused()
        log.error("bundle %s cannot be taken, %s stays in use", self.not_taken, self.in_use.short_id)
        for problem in problems:
            log.error("bundle %s: %s", self.not_taken, problem)


class BundleService(mode.Service):  # type: ignore[misc]  # mode ships no types
    """The watch with the life cycle of the Faust app; started before the lanes."""

    def __init__(self, watch: BundleWatch, **options: Any) -> None:
        super().__init__(**options)
        self.watch = watch

    async def on_start(self) -> None:
        """Take the active bundle."""
        await self.watch.start()

    @mode.Service.task  # type: ignore[untyped-decorator]  # mode ships no types
    async def _run(self) -> None:
        try:
            await self.watch.run()
        except Exception as error:  # noqa: BLE001 - the edge: a worker that no longer hears of bundles must end
            await self.crash(error)

    async def on_stop(self) -> None:
        """Disconnect."""
        await self.watch.stop()
