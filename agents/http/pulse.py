"""How far lanes and views are behind, asked of Kafka and Redis now and then."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.agents.audit.facts import Place
from assay.agents.audit.reader import TopicReader
from assay.agents.auto_remediation import LANE as AUTO_REMEDIATION
from assay.agents.classifier import LANE as CLASSIFIER
from assay.agents.detector import LANE as DETECTOR
from assay.agents.escalation import LANE as ESCALATION
from assay.agents.issues import LANE as ISSUES
from assay.agents.manual_remediation import LANE as MANUAL_REMEDIATION
from assay.agents.names import lane_group
from assay.agents.settings import Settings
from assay.agents.stores.redis_client import as_unavailable
from assay.agents.stores.redis_views import read_meta
from assay.agents.stores.view_keys import view_keys
from assay.agents.stores.view_store import Opened, ViewUnavailableError
from assay.agents.topics import topic_name
from assay.agents.views.specs import VIEWS
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.errors import AssayError
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.word import Word

log = logging.getLogger(__name__)

BELIEVED_S = 5.0
FIRST_S = 2.0
"""How long the first look is waited for: nobody knows how Kafka stands before."""
FAR_BEHIND = 1000
"""Offsets, transaction markers among them, from which on a view shows yesterday's news."""
READ: Mapping[str, TopicRole] = {
    DETECTOR: TopicRole.RAW,
    CLASSIFIER: TopicRole.INVALID,
    AUTO_REMEDIATION: TopicRole.CLASSIFIED,
    ISSUES: TopicRole.ISSUES,
    ESCALATION: TopicRole.ISSUE_GROUPS,
    MANUAL_REMEDIATION: TopicRole.DEAD_LETTER,
}
"""What each lane works off."""


class ViewState(Word):
    """How much views can be believed."""

    OK = "ok"
    BEHIND = "behind"
    DEGRADED = "degraded"
    """Redis cannot be reached: there are none."""
    UNKNOWN = "unknown"
    """Kafka cannot be reached: nobody knows whether there is news."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What was found."""

    lag: Mapping[str, int | None] = field(default_factory=lambda: dict.fromkeys(READ, None))
    """Offsets that a lane has yet to read; ``None`` = nobody can tell."""
    views: ViewState = ViewState.UNKNOWN
    behind: int = 0


class Pulse:
    """Asks at most every few seconds, one at a time. Never raises, and keeps nobody waiting for a Kafka that is away."""

    def __init__(self, settings: Settings, redis: Any, clock: Clock) -> None:
        self._settings = settings
        self._redis = redis
        self._clock = clock
        self._beat: Beat | None = None
        self._asked_s = 0.0
        self._asking: asyncio.Task[None] | None = None

    async def feel(self, wait_s: float = FIRST_S) -> Beat:
        """The last look; a new one is begun when it is old. Only the first is waited for, and not for long."""
        now_s = self._clock.now_ns() / NANOS_PER_SECOND
        if self._asking is None and (self._beat is None or now_s - self._asked_s >= BELIEVED_S):
            self._asked_s = now_s
            self._asking = asyncio.create_task(self._ask(), name="pulse")
        if self._beat is None and self._asking is not None:
            await asyncio.wait({self._asking}, timeout=wait_s)
        return self._beat or Beat()

    async def _ask(self) -> None:
        try:
            self._beat = await self._look()
        finally:
            self._asking = None

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})

    async def _look(self) -> Beat:
        metas = await self._metas()
        try:
            lag, ends = await asyncio.to_thread(self._offsets)
        except AssayError as error:
            log.info("how far lanes are behind cannot be told: %s", type(error).__name__)
            return Beat(views=ViewState.DEGRADED if metas is None else ViewState.UNKNOWN)
        if metas is None:
            return Beat(lag, ViewState.DEGRADED)
        behind = 0
        for view, opened in metas.items():
            topic = topic_name(VIEWS[view].role, self._settings.topic_prefix)
            for place, (low, end) in ends.items():
                if place.topic == topic:
                    kept = opened.positions.get(f"{topic}/{place.partition}") if opened else None
                    behind += max(end - (kept.position if kept else low), 0)
        return Beat(lag, ViewState.BEHIND if behind > FAR_BEHIND else ViewState.OK, behind)

    async def _metas(self) -> dict[str, Opened | None] | None:
        try:
            async with as_unavailable():
                return {view: await read_meta(self._redis, view_keys(self._settings, view)) for view in VIEWS}
        except ViewUnavailableError:
            return None

    def _offsets(self) -> tuple[dict[str, int | None], dict[Place, tuple[int, int]]]:
        settings = self._settings
        roles = {*READ.values(), *(spec.role for spec in VIEWS.values())}
        topics = {role: topic_name(role, settings.topic_prefix) for role in roles}
        with TopicReader(settings) as reader:
            places = reader.partitions(topics.values())
            lows, stable = reader.low(places), reader.stable(places)
            lag: dict[str, int | None] = {}
            for lane, role in READ.items():
                mine = [place for place in places if place.topic == topics[role]]
                committed = reader.committed(lane_group(settings, lane), mine)
                lag[lane] = sum(max(stable[place] - max(committed[place], lows[place]), 0) for place in mine)
        return lag, {place: (lows[place], stable[place]) for place in places}
