"""Writing synthetic traces to the raw topic."""

from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.record import Source
from assay.pipeline.drill import Synthetic


async def inject(settings: Settings, topic: str, traces: Sequence[Synthetic]) -> list[Source]:
    """Write them, and return where each lies when Kafka has them all. Raises :class:`DependencyUnavailableError`."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        enable_idempotence=True,
        request_timeout_ms=settings.request_timeout_ms,
        **aiokafka_security(settings),
    )
    try:
        await producer.start()
        sent = [
            await producer.send(topic, trace.value, trace.key, headers=list(trace.headers))
            for trace in traces
        ]
        return [Source(topic, written.partition, written.offset) for written in [await one for one in sent]]
    except KafkaError as error:
        raise DependencyUnavailableError(
            f"Kafka at {settings.bootstrap_servers} did not take it ({type(error).__name__})"
        ) from error
    finally:
        await producer.stop()
