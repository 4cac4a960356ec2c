"""Record batches of aiokafka, filled by what a transaction writes: in order, one open for each topic and partition."""

from typing import Any

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from assay.agents.topics import TOPICS
from assay.pipeline.core.errors import PermanentError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole

BATCH_BYTES = 900_000
"""Size of one record batch; a larger record goes in a batch of its own."""
BATCH_OVERHEAD = 61
"""Bytes of a record batch header, format v2."""

_estimate = DefaultRecordBatchBuilder.estimate_size_in_bytes


class Batch:
    """One record batch for one partition, made by ``AIOKafkaProducer.create_batch``.

    Records are given to the encoder inside: the method around it serializes and checks what is neither to be
    serialized nor checked here, in twice the time.
    """

    __slots__ = ("append", "builder", "count", "partition", "role")

    def __init__(self, builder: Any, role: TopicRole, partition: int, first: Outgoing) -> None:
        """With its first record. Raises :class:`PermanentError` when no batch of the topic can hold that."""
        if _estimate(first.key, first.value, first.headers) > TOPICS[role].max_message_bytes - BATCH_OVERHEAD:
            # The encoder takes any first record, and the broker would refuse the batch (rule 9).
            raise PermanentError(f"a record for {role} exceeds the topic's max.message.bytes")
        self.builder = builder
        self.role = role
        self.partition = partition
        self.append = builder._builder.append  # noqa: SLF001 - see above
        """``(count, timestamp, key, value, headers)``; ``None`` when there is no room. Then :attr:`count` is one more."""
        self.append(0, first.timestamp, first.key, first.value, first.headers)
        self.count = 1

    def filled(self) -> Any:
        """What ``AIOKafkaProducer.send_batch`` takes; nothing may be appended any more."""
        self.builder._relative_offset = self.count  # noqa: SLF001 - the method around the encoder counts here
        self.builder.close()
        return self.builder
