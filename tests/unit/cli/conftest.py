"""A producer without Kafka."""

from collections.abc import Callable
from typing import Any

import confluent_kafka
import pytest


class FakeMessage:
    """What a delivery callback is given."""

    def __init__(self, partition: int, offset: int) -> None:
        self._at = (partition, offset)

    def partition(self) -> int:
        return self._at[0]

    def offset(self) -> int:
        return self._at[1]


class FakeProducer:
    """Acknowledges on ``poll`` what it took, in order; values named in ``errors`` fail with that code."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.waiting: list[dict[str, Any]] = []
        self.errors: dict[bytes, int] = {}
        self.room = 1_000_000
        self.silent = False
        self.largest = 1_000_000
        self.time = 0.0

    def produce(self, topic: str, **record: Any) -> None:
        if len(self.waiting) >= self.room:
            raise BufferError("queue full")
        if len(record["value"] or b"") > self.largest:
            raise confluent_kafka.KafkaException(
                confluent_kafka.KafkaError(confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE)
            )
        self.taken.append({"topic": topic, "at": self.time, **record})
        self.waiting.append(record)

    def poll(self, timeout: float) -> int:
        self.time += timeout
        if self.silent:
            return 0
        return self._settle(lambda record: self.errors.get(record["value"]))

    def purge(self) -> None:
        self._settle(lambda _: confluent_kafka.KafkaError._PURGE_INFLIGHT)

    def monotonic(self) -> float:
        return self.time

    def __len__(self) -> int:
        return len(self.waiting)

    def _settle(self, code_of: Callable[[dict[str, Any]], int | None]) -> int:
        done, self.waiting = self.waiting, []
        for record in done:
            code = code_of(record)
            error = None if code is None else confluent_kafka.KafkaError(code)
            record["on_delivery"](error, FakeMessage(3, self.offset_of(record)))
        return len(done)

    def offset_of(self, record: dict[str, Any]) -> int:
        return next(i for i, one in enumerate(self.taken) if one["on_delivery"] is record["on_delivery"])


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()
