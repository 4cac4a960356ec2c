"""``aiokafka.AIOKafkaProducer`` behind a gate."""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from assay.pipeline.gate import GateResult

from .gated import GatedProducer


class GatedAIOKafkaProducer(GatedProducer):
    """Sends what passes. ``send`` and ``send_and_wait`` are as in aiokafka; other methods are the producer's own.

    Serializers go here, not into the producer: what was judged are the very bytes that are sent.
    Raises :class:`UngatedError` for a producer that has one, and for ``send_batch`` and ``create_batch``.
    """

    async def send(  # noqa: PLR0917 - aiokafka's signature
        self,
        topic: str,
        value: Any = None,
        key: Any = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Iterable[tuple[str, bytes]] | None = None,
    ) -> "asyncio.Future[Any] | GateResult":
        """The producer's future; or, where refused traces are returned, the ``GateResult`` of one.

        Raises :class:`TraceRefusedError`, and nothing was sent then.
        """
        value, key = self._serialized(value, key)
        pairs = list(headers or ())
        result = await self.gate.validate_before_ingestion(
            b"" if value is None else bytes(value),
            topic=topic,
            key=key,
            headers=pairs,
            timestamp_ms=timestamp_ms,
        )
        if not result.passed:
            return self._refused(result)
        future: asyncio.Future[Any] = await self._producer.send(
            topic, value, key, partition, timestamp_ms, pairs
        )
        return future

    async def send_and_wait(  # noqa: PLR0917 - aiokafka's signature
        self,
        topic: str,
        value: Any = None,
        key: Any = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Iterable[tuple[str, bytes]] | None = None,
    ) -> Any:
        """As :meth:`send`, and waits for the broker."""
        sent = await self.send(topic, value, key, partition, timestamp_ms, headers)
        return sent if isinstance(sent, GateResult) else await sent

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._producer.stop()
