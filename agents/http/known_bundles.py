"""The bundles that are known: the topic keeps the last word on each, and the directories hold one."""

import asyncio
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from assay.agents.policy_files import load_policies
from assay.agents.policy_topic import KafkaPolicySource, NoPolicyTopicError, read_policy_log
from assay.agents.settings import Settings
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication_log import PolicyLog

BELIEVED_S = 10.0
"""How long the directories are believed to hold what they held."""


class Standing(StrEnum):
    """What a bundle is here."""

    ACTIVE = "active"
    CANDIDATE = "candidate"
    REFUSED = "refused"
    DIRECTORY = "directory"


class KnownBundle(NamedTuple):
    """A bundle, or why there is none."""

    standing: Standing
    bundle: Bundle | None
    bundle_id: str | None
    note: str = ""
    published_at: str = ""
    decided_at: str = ""
    problems: tuple[Problem, ...] = ()


class KnownBundles:
    """Loads them when something was published, and those of the directories now and then."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = asyncio.Lock()
        self._loaded: tuple[object, float, list[KnownBundle]] | None = None

    async def all(self) -> list[KnownBundle]:
        """All of them. Raises :class:`TransientError`."""
        async with self._lock:
            try:
                log = await read_policy_log(KafkaPolicySource(self._settings))
            except NoPolicyTopicError:
                log = PolicyLog()
            now_s = self._clock.now_ns() / NANOS_PER_SECOND
            said = (log.candidate_offset, log.active and log.active.candidate, log.refused)
            if self._loaded is not None:
                before, at_s, bundles = self._loaded
                if before == said and now_s - at_s < BELIEVED_S:
                    return bundles
            bundles = await asyncio.to_thread(lambda: [*_read(log, self._settings)])
            self._loaded = said, now_s, bundles
            return bundles


def _read(log: PolicyLog, settings: Settings) -> Iterator[KnownBundle]:
    """Loading takes a while: in a thread."""
    if (active := log.active) is not None:
        bundle, problems = _loaded(active.files)
        yield KnownBundle(
            Standing.ACTIVE,
            bundle,
            active.bundle,
            active.note,
            active.published_at,
            active.activated_at,
            problems,
        )
    if (candidate := log.candidate) is not None and log.answers(log.candidate_offset) is None:
        bundle, problems = _loaded(candidate.files)
        bundle_id = None if bundle is None else bundle.bundle_id
        yield KnownBundle(
            Standing.CANDIDATE, bundle, bundle_id, candidate.note, candidate.published_at, "", problems
        )
    if (refused := log.refused) is not None:
        yield KnownBundle(
            Standing.REFUSED, None, refused.bundle, "", "", refused.refused_at, tuple(refused.problems)
        )
    try:
        directory = load_policies(settings)
    except ConfigError as error:
        yield KnownBundle(Standing.DIRECTORY, None, None, problems=tuple(error.problems))
    else:
        yield KnownBundle(Standing.DIRECTORY, directory, directory.bundle_id)


def _loaded(files: Mapping[str, bytes]) -> tuple[Bundle | None, tuple[Problem, ...]]:
    try:
        return load_bundle(files), ()
    except ConfigError as error:
        return None, tuple(error.problems)
