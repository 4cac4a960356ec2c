"""What must be on the machine before a stack can start: all that is missing at once, with how to get it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from assay.agents.devstack import ServiceState, status
from assay.agents.devstack.jars import KAFKA_VERSION, STAMP
from assay.agents.devstack.java import find_java, find_maven
from assay.agents.devstack.valkey import find_server
from assay.pipeline.core.errors import DependencyUnavailableError


def require_prerequisites(home: Path) -> None:
    """Raises :class:`DependencyUnavailableError` naming everything that is missing; a stack that runs needs nothing."""
    if all(found.state is ServiceState.RUNNING for found in status(home)):
        return
    missing = [lacking for look in _needed(home) if (lacking := _lacking(look)) is not None]
    if missing:
        raise DependencyUnavailableError("\n".join(missing))


def _needed(home: Path) -> Iterator[Callable[[], str]]:
    yield find_java
    if not (home / f"kafka-{KAFKA_VERSION}" / STAMP).exists():
        yield find_maven  # it fetches Kafka, once
    yield find_server


def _lacking(look: Callable[[], str]) -> str | None:
    try:
        look()
    except DependencyUnavailableError as error:
        return str(error)
    return None
