"""Failing traces on the real topics, and processes that replay them."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from confluent_kafka import Consumer, Message, TopicPartition

from assay.agents.cli.replay import replay
from assay.agents.clock import SystemClock
from assay.agents.policy_files import load_policies
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core import headers as names
from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Source, source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import DeadLetteredWriter, FailingWriter, QuarantinedWriter
from assay.pipeline.dispose.testing import a_verdict, an_issue

from ...processes import Processes, environment

PARTITIONS = 4
PATIENCE_S = 60
PATIENTLY = ("--timeout", str(PATIENCE_S))
"""For a command whose agent is still starting."""
PROCESS = Path(__file__).parent / "replay_process.py"


@dataclass
class Stage:
    """One test's topics and processes."""

    settings: Settings
    processes: Processes
    monkeypatch: pytest.MonkeyPatch

    def put(
        self, documents: Sequence[Any], *, dead: bool = False, tenant: str = "acme"
    ) -> dict[Source, bytes]:
        """Failing traces, every tenth of them twice; the raw records' values by source."""
        bundle = load_policies(self.settings)
        keys = EnvelopeSealer(FileKeyProvider(self.settings.keys_path), SystemClock())
        write = FailingWriter(bundle, keys, "detector")
        end = DeadLetteredWriter(bundle, "test") if dead else QuarantinedWriter(bundle)
        raw_topic = topic_name(TopicRole.RAW, self.settings.topic_prefix)
        values: dict[Source, bytes] = {}
        records: list[Outgoing] = []
        now_ns = time.time_ns()
        for number, document in enumerate(documents):
            value = json.dumps(document).encode()
            raw = RawRecord(
                raw_topic,
                number % PARTITIONS,
                number // PARTITIONS,
                now_ns // 10**6 - 86_400_000,
                b"key-%d" % (number % 7),
                value,
                [("h", b"v")],
            )
            failing = write(raw, a_verdict(an_issue(), tenant=tenant), now_ns)
            classified = RawRecord(
                "classified", raw.partition, 0, 0, failing.key, failing.value, failing.headers
            )
            ended = end(classified, json.loads(failing.value or b""), Reason.NO_RULE_APPLIES)
            assert ended is not None
            records += [ended] * (2 if number % 10 == 0 else 1)
            values[source_of(raw)] = value
        asyncio.run(self._write(records))
        return values

    async def _write(self, records: list[Outgoing]) -> None:
        transport = KafkaTransport(self.settings)
        await transport.start()
        producer = transport.producer(f"{self.settings.env}-stage")
        await producer.start()
        for start in range(0, len(records), 2000):
            await producer.begin()
            await producer.send(records[start : start + 2000])
            await producer.commit()
        await producer.close()
        await transport.stop()

    def agent(self, *agents: str, **extra: object) -> subprocess.Popen[bytes]:
        """One more process that replays, or that runs these agents."""
        return self.processes.launch([sys.executable, str(PROCESS), *(agents or ("replay",))], **extra)

    def cli(self, *arguments: str, status: int = 0, group: click.Group = replay) -> Any:
        """``assay replay …``, or a verb of another group: what it prints as JSON."""
        for name, value in environment(self.settings).items():
            if name.startswith("ASSAY_"):
                self.monkeypatch.setenv(name, value)
        result = CliRunner().invoke(group, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == status, result.output
        return json.loads(result.stdout)

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < deadline, self.processes.said()
            time.sleep(0.1)

    def messages(self, role: TopicRole) -> list[Message]:
        """All that a committed reader sees."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.settings.bootstrap_servers,
                "group.id": "look",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
            }
        )
        found: list[Message] = []
        try:
            topic = topic_name(role, self.settings.topic_prefix)
            partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
            consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
            ended = 0
            while ended < len(partitions):
                message = consumer.poll(10)
                assert message is not None, f"{topic} does not answer"
                if message.error():
                    ended += 1
                else:
                    found.append(message)
        finally:
            consumer.close()
        return found


def header(message: Message, name: str) -> str:
    found = [value for key, value in message.headers() or [] if key == name]
    return (found[-1] or b"").decode() if found else ""


def root_of(message: Message) -> Source:
    return Source.parse(header(message, names.REPLAY_OF))


@pytest.fixture
def stage(settings_for_test: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    stage = Stage(settings_for_test, Processes(settings_for_test, tmp_path / "replay.log"), monkeypatch)
    yield stage
    stage.processes.end()
