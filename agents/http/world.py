"""What the API stands on while it runs: connections, clock, audit log. Routes get it through ``access.Asked``."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from redis.exceptions import RedisError

from assay.agents.audit_log import AuditLog, audit_log
from assay.agents.clock import SystemClock
from assay.agents.settings import Settings
from assay.agents.stores.redis_client import view_client
from assay.agents.stores.view_source import RedisViewSource, ViewSource
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock, rfc3339
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.drill_rules import DRILL_TENANT

from .caller import Caller
from .conservation import Conservation
from .door import Door
from .feed import IssueFeed
from .feed.source import KafkaGroups
from .feed.telemetry import FeedTelemetry
from .fresh import Fresh
from .judging import Judging
from .known_bundles import KnownBundles
from .minutes import Minutes
from .people_side import PeopleSide
from .pulse import Pulse
from .repository import Repository
from .standings import Standings
from .telemetry import ApiTelemetry
from .turns import Turns

MOST_SEARCHES = 2
"""Searches through topics that run at the same time: each keeps a core busy."""


class World:
    """One for the process. Connects at the first use of each thing, so that it starts while Kafka or Redis is away."""

    def __init__(self, settings: Settings, door: Door, telemetry: ApiTelemetry, clock: Clock) -> None:
        self.settings = settings
        self.door = door
        self.telemetry = telemetry
        self.clock = clock
        self.redis: Any = view_client(settings.redis_url)
        self._audit: AuditLog | None = None
        self.views: ViewSource = RedisViewSource(settings, self.redis)
        self.judging = Judging(settings, clock)
        self.known = KnownBundles(settings, clock)
        self.standings = Standings(settings, clock)
        self.minutes = Minutes(clock)
        self.fresh = Fresh(clock)
        self.people_side = PeopleSide(clock)
        self.pulse = Pulse(settings, self.redis, clock)
        self.conservation = Conservation(settings, clock, lambda: self.redis)
        self.searches = Turns(MOST_SEARCHES)
        self.feed = IssueFeed(
            settings, FeedTelemetry(telemetry.registry), clock, partial(KafkaGroups, settings)
        )

    def data(self, tenant: str) -> Repository:
        """The repository of a tenant; of all for an empty name."""
        return Repository(self.views, tenant)

    @property
    def audit(self) -> AuditLog:
        """The audit log. Raises ``TransientError`` at its use when Kafka is away: then nothing is done."""
        if self._audit is None:
            self._audit = audit_log(self.settings)
        return self._audit

    def noting(self, caller: Caller) -> Callable[[Act], Awaitable[None]]:
        """Writes audit entries for what this caller does; do it only after that."""
        return partial(self._note, caller)

    async def _note(self, caller: Caller, act: Act) -> None:
        await self.audit.append_all([act._replace(actor=caller.account)])

    def now_s(self) -> int:
        """Whole seconds since 1970."""
        return self.clock.now_ns() // NANOS_PER_SECOND

    def now(self) -> str:
        """The time on the wire."""
        return rfc3339(self.clock.now_ns())

    async def bundle(self) -> Bundle:
        """The bundle that workers use. Raises ``ConfigError``, and ``TransientError`` without Kafka."""
        return await self.judging.bundle()

    def drill_tenant(self) -> str:
        """The tenant of drills, which numbers leave out; the usual one until the bundle is known."""
        known = self.judging.known()
        return DRILL_TENANT if known is None else known.drill.tenant

    async def close(self) -> None:
        """Disconnect."""
        await self.judging.close()
        await self.pulse.close()
        await self.feed.close()
        await self.conservation.close()
        if self._audit is not None:
            await self._audit.close()
        with suppress(RedisError, OSError):
            await self.redis.aclose()


@asynccontextmanager
async def open_world(
    settings: Settings, door: Door, telemetry: ApiTelemetry, clock: Clock | None = None
) -> AsyncIterator[World]:
    """A world, and its end."""
    world = World(settings, door, telemetry, clock or SystemClock())
    try:
        yield world
    finally:
        await world.close()
