"""Where a benchmark runs: the broker that is named, or one of our own."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assay.agents import devstack
from assay.agents.devstack import Report, ServiceState
from assay.agents.devstack.jars import KAFKA_VERSION
from assay.agents.devstack.state import endpoints
from assay.agents.settings import Settings
from assay.pipeline.core.errors import ConfigError, Problem


@contextmanager
def broker(settings: Settings, report: Report) -> Iterator[Settings]:
    """Settings with a Kafka and a Redis that answer: those in the environment, else the home's development stack.

    A stack that was not running is stopped afterwards. Raises :class:`ConfigError` for a broker with TLS or
    a login: the peers do not know how to get in.
    """
    if settings.security_protocol != "PLAINTEXT":
        raise ConfigError(
            [
                Problem(
                    "ASSAY_SECURITY_PROTOCOL",
                    "the peers of a benchmark connect in plain text only",
                    "Leave it out: the benchmark then runs on the broker of assay dev",
                )
            ]
        )
    if is_named(settings):
        yield settings
        return
    before = {found.state for found in devstack.status(settings.home)}
    try:
        stack = devstack.up(settings.home, report=report)
        yield settings.model_copy(
            update={"bootstrap_servers": stack.bootstrap_servers, "redis_url": stack.redis_url}
        )
    finally:
        if before == {ServiceState.STOPPED}:
            devstack.down(settings.home, report=report)


def is_named(settings: Settings) -> bool:
    """Whether the environment names the broker, rather than leaving it to the development stack."""
    ours = endpoints(settings.home).get("bootstrap_servers")
    return "bootstrap_servers" in settings.model_fields_set and settings.bootstrap_servers != ours


def machine(settings: Settings) -> dict[str, Any]:
    """What the figures were measured on. Kafka does not tell its version, so only our own broker's is known."""
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "kafka": "unknown" if is_named(settings) else KAFKA_VERSION,
        "platform": platform.platform(),
    }
