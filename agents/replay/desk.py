"""Asking the replay agent for something, and hearing what it says: for the command line and for other agents."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.agents.topics import TOPICS, topic_name
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.canonical import canonical
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.replay import Command, ReplayBook, ReplayRequest

from .predict import read_book
from .shelf import KafkaShelf, Shelf

POLL_S = 0.25


async def send(settings: Settings, records: Sequence[Outgoing]) -> None:
    """Write records and wait until Kafka has every one. Raises :class:`DependencyUnavailableError`."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        enable_idempotence=True,
        request_timeout_ms=settings.request_timeout_ms,
        max_request_size=max(TOPICS[record.role].max_message_bytes for record in records),
        **aiokafka_security(settings),
    )
    try:
        await producer.start()
        for record in records:
            topic = topic_name(record.role, settings.topic_prefix)
            partitions = len(await producer.partitions_for(topic))
            await producer.send_and_wait(
                topic,
                record.value,
                record.key,
                partition=partition_of(record.key, partitions),
                headers=list(record.headers),
            )
    except KafkaError as error:
        raise DependencyUnavailableError(
            f"Kafka at {settings.bootstrap_servers} did not take it ({type(error).__name__})"
        ) from error
    finally:
        await producer.stop()


async def answered(shelf: Shelf, topic: str, command: Command, wait_s: float) -> ReplayBook | None:
    """The book once the agent has answered the command; ``None`` when it does not in time."""
    try:
        async with asyncio.timeout(wait_s):
            while True:
                book = await read_book(shelf, topic)
                if book.has_answered(command.command_id):
                    return book
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        return None


def job_id(request: ReplayRequest, actor: str, at: str) -> str:
    """A short id, derived from who asked for what and when."""
    content = canonical({"request": request.to_json(), "actor": actor, "at": at})
    return f"r-{hashlib.sha256(content).hexdigest()[:10]}"


def plain_act(command: Command) -> Act:
    """A command on the audit log, when there is no more to be said of it."""
    return Act(command.actor, f"replay.{command.verb}", command.job, command.reason, command.at)


async def ask(
    settings: Settings, command: Command, wait_s: float, note: Callable[[], Awaitable[None]], source: str
) -> ReplayBook | None:
    """Note a command in the audit log, write it, and wait for the agent's answer: ``None`` when it does not come in time.

    ``source``: who writes it, ``ce_source`` of its event. Raises what ``note`` does, with nothing written, and
    :class:`DependencyUnavailableError`.
    """
    await note()
    await send(settings, [command.to_outgoing(source)])
    shelf = KafkaShelf(settings)
    await shelf.start()
    try:
        return await answered(shelf, topic_name(TopicRole.REPLAYS, settings.topic_prefix), command, wait_s)
    finally:
        await shelf.stop()
