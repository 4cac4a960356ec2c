"""The bundle that workers use, kept at hand: read anew now and then, loaded only when it is another one."""

import asyncio
from contextlib import suppress

from assay.agents.policy_files import load_policies
from assay.agents.policy_topic import KafkaPolicySource, NoPolicyTopicError, read_policy_log
from assay.agents.replay.forge import Forge
from assay.agents.replay.service import new_forge
from assay.agents.settings import Settings
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.errors import AssayError
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import Active

BELIEVED_S = 10.0
"""How long the bundle in use is believed to be the same."""


class Judging:
    """What is judged by here. Every method raises ``ConfigError``, and ``TransientError`` when Kafka cannot say."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = asyncio.Lock()
        self._bundle: Bundle | None = None
        self._active = ""
        """Id of the published bundle that ``_bundle`` is; empty = the directories'."""
        self._looked_s = 0.0
        self._forge: Forge | None = None
        self._warming: asyncio.Task[None] | None = None

    def known(self) -> Bundle | None:
        """The bundle as far as it is known, without waiting; what is not known, or old, is found out meanwhile."""
        if self._warming is None and not self._is_fresh():
            self._warming = asyncio.create_task(self._warm(), name="bundle")
        return self._bundle

    async def _warm(self) -> None:
        try:
            with suppress(AssayError):  # whoever needs it is told
                await self.bundle()
        finally:
            self._warming = None

    async def close(self) -> None:
        """Find out no more."""
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait({self._warming})

    async def bundle(self) -> Bundle:
        """The bundle that a worker started now would use."""
        async with self._lock:
            return await self._current()

    async def forge(self) -> Forge:
        """What makes and judges new tries by it."""
        async with self._lock:
            bundle = await self._current()
            if self._forge is None or self._forge.bundle is not bundle:
                self._forge = await asyncio.to_thread(new_forge, self._settings, bundle)
            return self._forge

    async def _current(self) -> Bundle:
        if self._bundle is not None and self._is_fresh():
            return self._bundle
        active = await self._published()
        found = "" if active is None else active.bundle
        if self._bundle is None or found != self._active:
            self._bundle = await asyncio.to_thread(self._load, active)
            self._active = found
        self._looked_s = self._clock.now_ns() / NANOS_PER_SECOND
        return self._bundle

    def _is_fresh(self) -> bool:
        age_s = self._clock.now_ns() / NANOS_PER_SECOND - self._looked_s
        return self._bundle is not None and age_s < BELIEVED_S

    async def _published(self) -> Active | None:
        if self._settings.policy_source == "directory":
            return None
        try:
            return (await read_policy_log(KafkaPolicySource(self._settings))).active
        except NoPolicyTopicError:
            return None

    def _load(self, active: Active | None) -> Bundle:
        return load_policies(self._settings) if active is None else load_bundle(active.files)
