"""Names and topics of one benchmark: nothing meets what other runs left, and nothing is left for them."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import KafkaException

from assay.agents.settings import Settings
from assay.agents.topic_admin import admin_client, ensure_topics
from assay.agents.topics import TOPICS, topic_name

from .job import ALL_CHECKS, Job

DELETED_WITHIN_S = 10.0


class Site:
    """A broker, a name that nobody else uses, and a folder for logs and keys."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._name = f"bench-{secrets.token_hex(4)}"
        self._folder = settings.home / "bench"
        self.logs.mkdir(parents=True, exist_ok=True)

    @property
    def logs(self) -> Path:
        """Where children write what they have to say."""
        return self._folder / "logs"

    def settings(self, part: str, partitions: int) -> Settings:
        """Settings of which the topics are those of one part of the benchmark."""
        return self._settings.model_copy(
            update={"topic_prefix": f"{self._name}.{part}.", "partitions": partitions}
        )

    @contextmanager
    def topics(self, parts: Iterable[str], partitions: int) -> Iterator[None]:
        """All topics of these parts, for as long as they are needed."""
        prefixed = [self.settings(part, partitions) for part in parts]
        try:
            for settings in prefixed:
                ensure_topics(settings)
            yield
        finally:
            self._delete(
                [topic_name(role, settings.topic_prefix) for settings in prefixed for role in TOPICS]
            )

    def job(
        self,
        run: str,
        *,
        reads: str,
        writes: str,
        partitions: int,
        records: int = 0,
        rate: float = 0.0,
        seconds: float = 0.0,
        warm_up_s: float = 0.0,
        checks: str = ALL_CHECKS,
    ) -> Job:
        """A job between two parts; ``run`` tells it from all others."""
        return Job(
            env=f"{self._name}-{run}",
            bootstrap_servers=self._settings.bootstrap_servers,
            redis_url=self._settings.redis_url,
            keys_dir=str(self._folder / "keys"),
            input_prefix=self.settings(reads, partitions).topic_prefix,
            output_prefix=self.settings(writes, partitions).topic_prefix,
            partitions=partitions,
            records=records,
            rate=rate,
            seconds=seconds,
            warm_up_s=warm_up_s,
            checks=checks,
        )

    def _delete(self, topics: list[str]) -> None:
        client = admin_client(self._settings)
        for future in client.delete_topics(topics, operation_timeout=DELETED_WITHIN_S).values():
            try:
                future.result()
            except KafkaException:
                continue  # it was not made, or the broker is gone: the error that matters is on its way
