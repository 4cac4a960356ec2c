"""Writing what came of messages to ``quality.escalations``."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.outgoing import Outgoing


class Journal(Protocol):
    """Where attempts are written."""

    async def write(self, records: Sequence[Outgoing]) -> None:
        """Returns when all of them are written for good. Raises :class:`TransientError`: some may be; write all again."""
        ...


class KafkaJournal:
    """A :class:`Journal`. Records written twice are the same events (same ids), and change nothing.

    It connects when there is something to write, and anew after a failure: some errors stay with a producer for ever.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()

    async def write(self, records: Sequence[Outgoing]) -> None:
        """See :class:`Journal`."""
        producer: AIOKafkaProducer | None = None
        try:
            producer = await self._connected()
            futures = [
                await producer.send(
                    topic_name(record.role, self._settings.topic_prefix),
                    key=record.key,
                    value=record.value,
                    partition=record.partition,
                    headers=[*record.headers],
                )
                for record in records
            ]
            await asyncio.gather(*futures)
        except KafkaError as error:
            if producer is not None and producer is self._producer:
                await self.stop()
            raise TransientError(f"cannot write what came of a message: {type(error).__name__}") from error

    async def stop(self) -> None:
        """Disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.bootstrap_servers,
                    enable_idempotence=True,
                    request_timeout_ms=self._settings.request_timeout_ms,
                    **aiokafka_security(self._settings),
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
