"""The bundle that a worker started now would use, for those that look over its shoulder (ADR 7)."""

import asyncio

from assay.pipeline.core.errors import TransientError
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import Active

from .policy_files import load_policies
from .policy_topic import KafkaPolicySource, NoPolicyTopicError, read_policy_log
from .settings import Settings


def bundle_in_use(settings: Settings) -> Bundle:
    """The active bundle, else the directories'; blocks, so asynchronous callers use a thread.

    Raises :class:`ConfigError` for a bundle that is wrong, :class:`TransientError` when Kafka cannot say.
    """
    if settings.policy_source == "topic":
        active = asyncio.run(_active(settings))
        if active is not None:
            return load_bundle(active.files)
    return load_policies(settings)


async def _active(settings: Settings) -> Active | None:
    try:
        return (await read_policy_log(KafkaPolicySource(settings))).active
    except NoPolicyTopicError:
        return None


def bundle_for_probe(settings: Settings) -> Bundle:
    """The same for a probe, which is better than none: without Kafka, the directories'."""
    try:
        return bundle_in_use(settings)
    except TransientError:
        return load_policies(settings)
