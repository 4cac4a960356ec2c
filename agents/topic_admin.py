"""Creates the topics, or says what is wrong with those that are there (DESIGN 3)."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from assay.pipeline.core.errors import DependencyUnavailableError, Problem, RefusedError

from .kafka_auth import confluent_security
from .settings import Settings
from .topic_differences import ActualTopic, Cure, Difference, find_differences, wanted_configs
from .topics import TOPICS, topic_name

TIMEOUT_S = 15.0
CONNECTS_WITHIN_S = 6.0
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that ``apply`` did."""

    topic: str
    what: str
    before: str
    after: str


async def verify_topics(settings: Settings) -> list[Problem]:
    """:func:`check_topics` beside a running event loop."""
    return await asyncio.to_thread(check_topics, settings)


def check_topics(settings: Settings) -> list[Problem]:
    """Everything about the topics that would lose or refuse a record; empty when a worker may start.

    Raises :class:`DependencyUnavailableError` when Kafka does not answer.
    """
    return [difference.as_problem() for difference in _differences(settings)]


async def apply_topics(settings: Settings) -> list[Change]:
    """:func:`ensure_topics` beside a running event loop."""
    return await asyncio.to_thread(ensure_topics, settings)


def ensure_topics(settings: Settings) -> list[Change]:
    """Create what is missing and correct what can be corrected without loss; return what was done.

    Raises :class:`RefusedError`, with nothing changed, when a topic differs in a way that only a person
    may mend; :class:`DependencyUnavailableError` when Kafka does not answer.
    """
    with _explained(settings):
        client = admin_client(settings)
        differences = _found(client, settings)
        refused = [str(found.as_problem()) for found in differences if found.cure is Cure.REFUSE]
        if refused:
            raise RefusedError("nothing was changed, because of these:\n" + "\n".join(refused))
        _create(client, settings, [found for found in differences if found.cure is Cure.CREATE])
        _add_partitions(client, [found for found in differences if found.cure is Cure.ADD_PARTITIONS])
        _set(client, [found for found in differences if found.cure is Cure.SET])
        _wait_until_seen(client, settings)
        return [Change(found.topic, found.what, found.actual, found.wanted) for found in differences]


def require_topics(settings: Settings) -> None:
    """What a worker calls first. Raises :class:`RefusedError` when a topic would lose data (DESIGN 3),
    :class:`DependencyUnavailableError` when one is missing or Kafka does not answer.
    """
    differences = _differences(settings)
    problems = [str(found.as_problem()) for found in differences if found.cure is not Cure.CREATE]
    if problems:
        raise RefusedError("the topics would lose data:\n" + "\n".join(problems))
    if differences:
        missing = ", ".join(found.topic for found in differences)
        raise DependencyUnavailableError(f"these topics do not exist: {missing}. Run assay topics apply")


def admin_client(settings: Settings) -> AdminClient:
    """A client that stays silent: what it would print is in the exceptions."""
    return AdminClient(
        {"bootstrap.servers": settings.bootstrap_servers, "log_level": 0, **confluent_security(settings)}
    )


def _differences(settings: Settings) -> list[Difference]:
    with _explained(settings):
        return _found(admin_client(settings), settings)


def _found(client: AdminClient, settings: Settings) -> list[Difference]:
    return find_differences(
        _describe(client, settings), settings.topic_prefix, settings.partitions, settings.quality_partitions
    )


def _describe(client: AdminClient, settings: Settings) -> Mapping[str, ActualTopic]:
    present = client.list_topics(timeout=CONNECTS_WITHIN_S).topics
    names = [topic_name(role, settings.topic_prefix) for role in TOPICS]
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names if name in present]
    if not resources:
        return {}
    futures = client.describe_configs(resources, request_timeout=TIMEOUT_S)
    actual: dict[str, ActualTopic] = {}
    for resource, future in futures.items():
        partitions = present[resource.name].partitions
        entries = future.result().values()
        actual[resource.name] = ActualTopic(
            len(partitions),
            min((len(partition.replicas) for partition in partitions.values()), default=0),
            {entry.name: entry.value for entry in entries if entry.value is not None},
        )
    return actual


def _create(client: AdminClient, settings: Settings, missing: list[Difference]) -> None:
    specs = {topic_name(role, settings.topic_prefix): spec for role, spec in TOPICS.items()}
    topics = [
        NewTopic(
            found.topic,
            num_partitions=int(found.wanted.split()[0]),
            replication_factor=settings.replication_factor,
            config=wanted_configs(specs[found.topic], settings.replication_factor),
        )
        for found in missing
    ]
    if topics:
        # Two that apply at once want the same: the second finds it done.
        futures = client.create_topics(topics, request_timeout=TIMEOUT_S, operation_timeout=TIMEOUT_S)
        _await_all(futures.values(), fine=KafkaError.TOPIC_ALREADY_EXISTS)


def _add_partitions(client: AdminClient, differences: list[Difference]) -> None:
    wanted = [NewPartitions(found.topic, int(found.wanted)) for found in differences]
    if wanted:
        futures = client.create_partitions(wanted, request_timeout=TIMEOUT_S, operation_timeout=TIMEOUT_S)
        _await_all(futures.values())


def _set(client: AdminClient, differences: list[Difference]) -> None:
    entries: dict[str, list[ConfigEntry]] = {}
    for found in differences:
        entry = ConfigEntry(found.what, found.wanted, incremental_operation=AlterConfigOpType.SET)
        entries.setdefault(found.topic, []).append(entry)
    resources = [
        ConfigResource(ResourceType.TOPIC, topic, incremental_configs=changes)
        for topic, changes in entries.items()
    ]
    if resources:
        _await_all(client.incremental_alter_configs(resources, request_timeout=TIMEOUT_S).values())


def _wait_until_seen(client: AdminClient, settings: Settings) -> None:
    """The controller has agreed; the brokers that clients ask learn of it a little later."""
    deadline = time.monotonic() + TIMEOUT_S
    while _found(client, settings):
        if time.monotonic() > deadline:
            raise DependencyUnavailableError(
                f"Kafka agreed to the changes but does not show them after {TIMEOUT_S:.0f} s: "
                "run assay topics verify in a while"
            )
        time.sleep(POLL_S)


def _await_all(futures: Iterable[Future[Any]], fine: int | None = None) -> None:
    for future in futures:
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != fine:
                raise


@contextmanager
def _explained(settings: Settings) -> Iterator[None]:
    """Kafka's errors in our words, by what the caller must do."""
    try:
        yield
    except KafkaException as error:
        reason = error.args[0]
        if reason.code() < 0 or reason.retriable():  # the client's own: no connection, no answer in time
            raise DependencyUnavailableError(
                f"Kafka does not answer at {settings.bootstrap_servers} ({reason.name()}): "
                "start it (assay dev up), or set ASSAY_BOOTSTRAP_SERVERS and the settings of its security"
            ) from error
        raise RefusedError(f"Kafka refused ({reason.name()}): {reason.str()}") from error
