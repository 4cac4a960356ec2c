"""The transport on Kafka."""

from collections.abc import Callable, Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.agents.transport.protocol import AssignmentListener
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.record import Record

from .consumer import KafkaConsumer
from .producer import KafkaProducer
from .reader import ends_of, read_all


class KafkaTransport:
    """A :class:`assay.agents.transport.protocol.Transport`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: AIOKafkaClient | None = None

    async def start(self) -> None:
        """See :class:`Transport`."""
        client = AIOKafkaClient(
            bootstrap_servers=self._settings.bootstrap_servers,
            request_timeout_ms=self._settings.request_timeout_ms,
            **aiokafka_security(self._settings),
        )
        try:
            await client.bootstrap()
        except KafkaError as error:
            await client.close()
            raise DependencyUnavailableError(
                f"Kafka does not answer at {self._settings.bootstrap_servers} ({type(error).__name__}): "
                "start it (assay dev up) or set ASSAY_BOOTSTRAP_SERVERS"
            ) from error
        self._client = client

    async def stop(self) -> None:
        """See :class:`Transport`."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def partitions(self, topic: str) -> int:
        """See :class:`Transport`."""
        assert self._client is not None, "start() first"
        try:
            known = await self._client._wait_on_metadata(topic)  # noqa: SLF001 - the public way returns without waiting
        except KafkaError as error:
            raise DependencyUnavailableError(f"no topic {topic}: run assay topics apply") from error
        return len(known)

    def consumer(
        self,
        *,
        group: str,
        topic: str,
        slots: int,
        listener: AssignmentListener,
        more_topics: Sequence[str] = (),
    ) -> KafkaConsumer:
        """See :class:`Transport`."""
        return KafkaConsumer(
            self._settings, group=group, topics=(topic, *more_topics), slots=slots, listener=listener
        )

    async def ends(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """See :class:`Transport`."""
        return await ends_of(self._settings, partitions)

    async def read(
        self,
        partitions: Sequence[TopicPartition],
        take: Callable[[Sequence[Record]], None],
        begin: Mapping[TopicPartition, int] | None = None,
    ) -> None:
        """See :class:`Transport`."""
        await read_all(self._settings, partitions, take, begin or {})

    def producer(self, transactional_id: str) -> KafkaProducer:
        """See :class:`Transport`."""
        return KafkaProducer(self._settings, transactional_id)
