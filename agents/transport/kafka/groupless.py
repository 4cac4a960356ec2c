"""A consumer of committed records that belongs to no group: it reads what it is told to, from where it is told to."""

from aiokafka import AIOKafkaConsumer

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings


def groupless_consumer(settings: Settings, *, fetch_bytes: int, wait_ms: int) -> AIOKafkaConsumer:
    """Not started yet; end it with :func:`~.stopping.stopped`.

    ``fetch_bytes``: most of a partition in one fetch. ``wait_ms``: how long the broker may wait for more.
    """
    return AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        request_timeout_ms=settings.request_timeout_ms,
        max_partition_fetch_bytes=fetch_bytes,
        fetch_max_wait_ms=wait_ms,
        **aiokafka_security(settings),
    )
