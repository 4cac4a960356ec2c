"""The notifier on the real Kafka: each step told once, across restarts, kills and an endpoint that is away (fault 30)."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from confluent_kafka import Consumer, Producer, TopicPartition

from assay.agents.clock import SystemClock
from assay.agents.notifier import Notifier
from assay.agents.notify.events import NobodyCounts
from assay.agents.notify.secrets import Secrets
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.cloud_event import event_headers
from assay.pipeline.core.topics import TopicRole

from .notifier_process import SECRET, bundle

pytestmark = [pytest.mark.broker, pytest.mark.long]

LIMIT_S = 60
PROCESS = Path(__file__).with_name("notifier_process.py")


@dataclass
class Endpoint:
    """Somebody's webhook. ``status`` is what it says; with ``gate`` closed it says nothing."""

    status: int = 200
    bodies: list[dict[str, Any]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    asked: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked += 1
        await self.gate.wait()
        if self.status == 200:
            self.bodies.append(body)
        return web.Response(status=self.status)

    def told(self) -> list[str]:
        """The fingerprints of all steps that were accepted, in order."""
        return [step["fingerprint"] for body in self.bodies for step in body["data"]["steps"]]


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    endpoint.gate.set()
    application = web.Application()
    application.router.add_post("/", endpoint.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield endpoint
    await runner.cleanup()


def new_notifier(settings: Settings, endpoint: Endpoint) -> Notifier:
    secrets = Secrets({"ASSAY_NOTIFY_WEBHOOK_SECRET": SECRET}.get, settings.home)
    return Notifier(
        settings, bundle(endpoint.url), secrets=secrets, clock=SystemClock(), events=NobodyCounts()
    )


@asynccontextmanager
async def running(settings: Settings, endpoint: Endpoint) -> AsyncIterator[asyncio.Task[None]]:
    notifier = new_notifier(settings, endpoint)
    task = asyncio.create_task(notifier.run())
    try:
        yield task
    finally:
        if not task.done():
            await notifier.stop()
            await task


def steps(settings: Settings, *fingerprints: str, kind: str = "step", severity: str = "critical") -> None:
    """The escalation agent writes."""
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers})
    topic = topic_name(TopicRole.ESCALATIONS, settings.topic_prefix)
    at = rfc3339(SystemClock().now_ns())
    for fingerprint in fingerprints:
        data = {
            "kind": kind,
            "fingerprint": fingerprint,
            "episode": 0,
            "chain": severity,
            "step": 0,
            "roles": ["on_call_engineer"],
            "severity": severity,
            "reason": "Critical issue detected",
            "why": "acknowledged",
            "at": at,
        }
        headers = event_headers(
            event_id=f"{fingerprint}/critical@1/0/0/{kind}",
            source="/assay/escalation",
            event_type=f"assay.escalation.{kind}.v1",
            at=at,
            subject=fingerprint,
        )
        producer.produce(topic, json.dumps(data), fingerprint, headers=[*headers])
    assert producer.flush(30) == 0


def attempts(settings: Settings) -> list[tuple[str, str]]:
    """Fingerprint and result of every attempt on the topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": "look",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    topic = topic_name(TopicRole.ESCALATIONS, settings.topic_prefix)
    found: list[tuple[str, str]] = []
    try:
        partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        ended = 0
        while ended < len(partitions):
            message = consumer.poll(10)
            assert message is not None
            if message.error():
                ended += 1
                continue
            document = json.loads(message.value() or b"")
            if "result" in document:
                found.append((document["fingerprint"], document["result"]))
    finally:
        consumer.close()
    return found


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():
            await asyncio.sleep(0.02)


def prints(first: int, number: int) -> list[str]:
    return [f"{one:016x}" for one in range(first, first + number)]


async def test_each_step_is_told_once_across_an_orderly_restart(
    settings_for_test: Settings, endpoint: Endpoint
) -> None:
    """S0-83, S0-201; also what was written while nobody ran. S0-111."""
    steps(settings_for_test, *prints(0, 5))
    async with running(settings_for_test, endpoint):
        await until(lambda: len(endpoint.told()) == 5)
    steps(settings_for_test, *prints(5, 5))
    async with running(settings_for_test, endpoint):
        await until(lambda: len(endpoint.told()) == 10)
        steps(settings_for_test, *prints(10, 5))
        await until(lambda: len(endpoint.told()) == 15)
    assert sorted(endpoint.told()) == prints(0, 15)
    assert sorted(attempts(settings_for_test)) == [(one, "sent") for one in prints(0, 15)]


async def test_an_endpoint_that_is_away_hears_of_everything_once_when_it_is_back(
    settings_for_test: Settings, endpoint: Endpoint
) -> None:
    """And what was acknowledged meanwhile is not told at all."""
    endpoint.status = 503
    async with running(settings_for_test, endpoint):
        steps(settings_for_test, *prints(0, 4))
        await until(lambda: ("0" * 16, "failed") in attempts(settings_for_test))
    steps(settings_for_test, *prints(3, 1), kind="stopped")
    endpoint.status = 200
    async with running(settings_for_test, endpoint):
        await until(lambda: len(endpoint.told()) == 3)
        await until(lambda: (prints(3, 1)[0], "cancelled") in attempts(settings_for_test))
    assert sorted(endpoint.told()) == prints(0, 3)


async def test_a_process_that_is_killed_while_it_waits_for_an_answer_is_followed_by_one_that_asks_again(
    settings_for_test: Settings, endpoint: Endpoint
) -> None:
    """The outcome is unknown: told at least once, under the same id, and settled once. What was confirmed is not told again."""
    process = await started(settings_for_test, endpoint)
    steps(settings_for_test, *prints(0, 3))
    await until(lambda: len(attempts(settings_for_test)) == 3)
    endpoint.gate.clear()
    asked = endpoint.asked
    steps(settings_for_test, *prints(3, 1))
    await until(lambda: endpoint.asked > asked)
    process.kill()
    await process.wait()
    endpoint.gate.set()
    async with running(settings_for_test, endpoint):
        await until(lambda: len(attempts(settings_for_test)) == 4)
    assert sorted(attempts(settings_for_test)) == [(one, "sent") for one in prints(0, 4)]
    told = endpoint.told()
    assert sorted(set(told)) == prints(0, 4)
    assert all(told.count(one) == 1 for one in prints(0, 3))
    assert len({body["data"]["id"] for body in endpoint.bodies}) == 4


async def started(settings: Settings, endpoint: Endpoint) -> asyncio.subprocess.Process:
    """A notifier in a process of its own."""
    names = ("env", "home", "bootstrap_servers", "redis_url", "topic_prefix", "session_timeout_ms")
    environment = {f"ASSAY_{name.upper()}": str(getattr(settings, name)) for name in names}
    return await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), endpoint.url, env=os.environ | environment
    )


async def test_two_notifiers_share_the_work_and_one_takes_over_from_the_other(
    settings_for_test: Settings, endpoint: Endpoint
) -> None:
    async with running(settings_for_test, endpoint):
        async with running(settings_for_test, endpoint):
            steps(settings_for_test, *prints(0, 12))
            await until(lambda: len(endpoint.told()) == 12)
        steps(settings_for_test, *prints(12, 12))
        await until(lambda: len(endpoint.told()) == 24)
    assert sorted(endpoint.told()) == prints(0, 24)
