"""Events as the escalation agent writes them, a desk on a fake clock, and destinations that enforce their documented limits."""

import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from random import Random
from typing import Any

import pytest
from aiohttp import web

from assay.agents.notify.channels import Channels, Ready
from assay.agents.notify.desk import Desk
from assay.agents.notify.events import NobodyCounts
from assay.agents.notify.samples import NoSamples
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.cloud_event import event_headers
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.notify.answer import Answer, Delivered
from assay.pipeline.notify.message import Message
from assay.pipeline.notify.schedule import Wait
from assay.pipeline.policy.notifications import (
    Channel,
    Console,
    Network,
    Notifications,
    PagerDuty,
    SecretPlace,
    SecretRef,
)
from assay.pipeline.testing import FakeClock

TOPIC = "quality.escalations"
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)
START_NS = FakeClock().now_ns()


def data(**changes: Any) -> dict[str, Any]:
    """The data of a step's event (schema assay/escalation/1-0-0)."""
    return {
        "schema": "assay/escalation/1-0-0",
        "kind": "step",
        "fingerprint": "0123456789abcdef",
        "episode": 0,
        "chain": "critical",
        "chain_version": 1,
        "step": 0,
        "roles": ["on_call_engineer", "platform_lead"],
        "calls": [],
        "level": "lead",
        "reason": "Critical issue detected: security.pii_email",
        "why": None,
        "due_at": rfc3339(START_NS),
        "at": rfc3339(START_NS),
        "first_detected_at": rfc3339(START_NS),
        "code": "security.pii_email",
        "category": "security",
        "severity": "critical",
        "status": "detected",
        "tenant_id": "acme",
        "rule": "pii_email",
        "team": "security_team",
        "count": 14,
        "bundle": "0123456789ab",
    } | changes


def event(offset: int = 0, partition: int = 0, **changes: Any) -> RawRecord:
    """A record of ``quality.escalations``; ids as the escalation agent makes them."""
    document = data(**changes)
    fingerprint, chain = document["fingerprint"], document["chain"]
    event_id = f"{fingerprint}/{chain}@{document['chain_version']}/{document['step']}/{document['episode']}"
    headers = event_headers(
        event_id=event_id if document["kind"] == "step" else f"{event_id}/{document['kind']}",
        source="/assay/escalation",
        event_type=f"assay.escalation.{document['kind']}.v1",
        at=document["at"],
        subject=fingerprint,
    )
    return RawRecord(
        TOPIC,
        partition,
        offset,
        START_NS // 1_000_000,
        fingerprint.encode(),
        json.dumps(document).encode(),
        headers,
    )


def stopped(offset: int = 0, why: str = "acknowledged", **changes: Any) -> RawRecord:
    """The end of all chains of a group."""
    return event(offset, kind="stopped", why=why, chain="", chain_version=0, **changes)


@dataclass
class FakeSender:
    """A destination that answers as it is told; with nothing to say it takes everything."""

    answers: deque[Answer] = field(default_factory=deque)
    got: list[Message] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None
    """Happens while a message is under way."""

    async def send(self, message: Message) -> Answer:
        self.got.append(message)
        if self.meanwhile is not None:
            self.meanwhile()
        return self.answers.popleft() if self.answers else Delivered(status=202)

    async def close(self) -> None:
        return


@dataclass
class FakeJournal:
    """The topic, as far as the notifier writes it. ``failures`` first writes do not work."""

    written: list[Outgoing] = field(default_factory=list)
    failures: int = 0

    async def write(self, records: Sequence[Outgoing]) -> None:
        if self.failures:
            self.failures -= 1
            raise TransientError("the topic is away")
        self.written += records

    def records(self) -> list[RawRecord]:
        """What was written, as one reads it."""
        return [
            RawRecord(
                TOPIC,
                one.partition or 0,
                1000 + number,
                START_NS // 1_000_000,
                one.key,
                one.value,
                one.headers,
            )
            for number, one in enumerate(self.written)
        ]

    def results(self) -> list[tuple[str, str, str]]:
        """Channel, result and reason of each."""
        documents = [json.loads(one.value or b"") for one in self.written]
        return [(one["channel"], one["result"], one["reason"]) for one in documents]


@dataclass
class Office:
    """A desk with fake channels on a fake clock; ``pager`` is a PagerDuty, all else consoles."""

    names: Sequence[str] = ("pager", "chat")
    clock: FakeClock = field(default_factory=FakeClock)
    journal: FakeJournal = field(default_factory=FakeJournal)
    policy: Mapping[str, Any] = field(default_factory=dict)
    senders: dict[str, FakeSender] = field(default_factory=dict)
    log: list[RawRecord] = field(default_factory=list)
    """What others wrote to the topic."""

    def __post_init__(self) -> None:
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        """A process that starts: it knows nothing but the policy."""
        key = SecretRef(SecretPlace.ENV, "ASSAY_NOTIFY_KEY")
        channels = {
            name: Channel(name, PagerDuty(key) if name == "pager" else Console()) for name in self.names
        }
        settings = {"otherwise": self.names, "channels": channels, **self.policy}
        ready = {
            name: Ready(channel, self.senders.setdefault(name, FakeSender()))
            for name, channel in channels.items()
        }
        return Desk(
            channels=Channels(Notifications(**settings), ready),
            environment="test",
            journal=self.journal,
            clock=self.clock,
            random=Random(0),
            samples=NoSamples(),
            events=NobodyCounts(),
        )

    def start(self) -> None:
        """The partition becomes ours; its history is what the topic holds now."""
        self.desk.assigned(0)
        for record in self.topic():
            self.desk.take(0, record)
        self.desk.caught_up(0)

    def restart(self) -> None:
        """The process is killed and started again."""
        self.desk = self.new_desk()
        self.start()

    def topic(self) -> list[RawRecord]:
        """Everything on the partition, in an order that its writers could have made."""
        return [*self.log, *self.journal.records()]

    def happens(self, *records: RawRecord) -> None:
        """The escalation agent writes."""
        for record in records:
            self.log.append(record)
            self.desk.take(0, record)

    async def work(self, seconds: float = 0.0) -> None:
        """Let all channels do what they can until that much time has passed, one thing after the other."""
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while True:
            await self.desk.tidy()
            waits: list[int] = []
            for name in self.names:
                while (wait := await self.desk.turn(name)) is None:
                    await self.desk.tidy()
                assert isinstance(wait, Wait)
                if wait.until_ns is not None:
                    waits.append(wait.until_ns)
            soonest = min(waits, default=end_ns)
            if soonest > end_ns or self.clock.now_ns() >= end_ns:
                self.clock.advance((end_ns - self.clock.now_ns()) / 1e9)
                return
            self.clock.advance((soonest - self.clock.now_ns()) / 1e9)

    def got(self, channel: str) -> list[Message]:
        return self.senders[channel].got if channel in self.senders else []


@pytest.fixture
def office() -> Office:
    office = Office()
    office.start()
    return office


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler, **options: Any) -> AsyncIterator[str]:
    """A server on loopback; its address."""
    application = web.Application(client_max_size=4 << 20)
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, **options)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if options.get('ssl_context') else 'http'}://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()
