"""A real worker process on the real Kafka, and a look at what it wrote."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole

from ..processes import LANES, Processes


class Workers(Processes):
    """Worker processes without a supervisor: the test sees each death."""

    def start(self, agents: str = ",".join(LANES), **extra: object) -> subprocess.Popen[bytes]:
        """One more worker. ``extra``: settings of its own, by name; ``pythonpath`` puts a folder in front."""
        return self.worker(agents, **extra)


@pytest.fixture
def workers(settings_for_test: Settings, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(settings_for_test, tmp_path / "workers.log")
    yield workers
    workers.end()


def outcomes(settings: Settings, role: TopicRole) -> Mapping[Source, Message]:
    """What is visible on a topic now, by the raw record that it came from."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": "look",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "fetch.message.max.bytes": 8_000_000,
        }
    )
    found: dict[Source, Message] = {}
    try:
        topic = topic_name(role, settings.topic_prefix)
        partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        consumer.list_topics(topic, 10)  # who leads them: else found out within a second
        ended = 0
        while ended < len(partitions):
            message = consumer.poll(10)
            assert message is not None, f"{topic} does not answer"
            if message.error():
                ended += 1
                continue
            found[Source.parse(dict(message.headers() or [])["assay-src"].decode())] = message
    finally:
        consumer.close()
    return found
