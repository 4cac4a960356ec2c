"""A real worker process on the real Kafka, and a look at what it wrote."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole


@dataclass
class Workers:
    """Worker processes of one test, without a supervisor: the test sees each death."""

    settings: Settings
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, agents: str = "detector,classifier", **extra: object) -> subprocess.Popen[bytes]:
        """One more worker. ``extra``: settings of its own, by name; ``pythonpath`` puts a folder in front."""
        settings = self.settings
        env = os.environ | {
            "ASSAY_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "ASSAY_REDIS_URL": settings.redis_url,
            "ASSAY_TOPIC_PREFIX": settings.topic_prefix,
            "ASSAY_ENV": settings.env,
            "ASSAY_HOME": str(settings.home),
            "ASSAY_WEB_PORT": "0",
        }
        if "pythonpath" in extra:
            before = os.environ.get("PYTHONPATH", "")
            env["PYTHONPATH"] = f"{extra.pop('pythonpath')}:{before}".rstrip(":")
        env |= {f"ASSAY_{key.upper()}": str(value) for key, value in extra.items()}
        with self.log.open("ab") as log:
            command = [
                sys.executable,
                "-m",
                "assay.agents.cli",
                "worker",
                "--agents",
                agents,
                "--child",
                "0",
            ]
            self.running.append(subprocess.Popen(command, env=env, stdout=log, stderr=log))
        return self.running[-1]

    def stop(self) -> list[int]:
        """Ask all that live to end; the exit statuses of all."""
        for worker in self.running:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
        return [worker.wait(20) for worker in self.running]


@pytest.fixture
def workers(settings_for_test: Settings, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(settings_for_test, tmp_path / "workers.log")
    yield workers
    for worker in workers.running:
        if worker.poll() is None:
            worker.kill()
            worker.wait()


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
