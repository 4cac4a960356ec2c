"""A small bundle, and a policy topic without Kafka."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from assay.pipeline.core.errors import DependencyUnavailableError, TransientError
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication import Active, Candidate, Publication, encode, key_of
from assay.pipeline.policy.publication_log import PolicyRecord

THEN = "2024-03-01T12:00:00.000000000Z"
SUBJECT = b"""
subject: run
current: 1.0.0
pointers: {trace_id: /id}
"""
BINDINGS = b"""
bindings:
  - {topic: traces.raw, tenant: null, default_subject: run, subjects: [run]}
"""
ACME = b"  - {topic: traces.raw.acme, tenant: acme, default_subject: run, subjects: [run]}\n"


def files_with(depth: int = 32, **more: bytes) -> dict[str, bytes]:
    """The files of a bundle; another depth is another bundle."""
    return {
        "schemas/run/subject.yaml": SUBJECT,
        "schemas/run/1.0.0.json": b'{"type": "object"}',
        "policies/bindings.yaml": BINDINGS,
        "policies/limits.yaml": b"max_depth: %d\n" % depth,
    } | {f"policies/{name}.yaml": content for name, content in more.items()}


def candidate_of(files: Mapping[str, bytes], *, restart: bool = False) -> Candidate:
    return Candidate(files, "why", THEN, restart)


def active_of(files: Mapping[str, bytes], candidate: int = 0, bundle: str | None = None) -> Active:
    return Active(candidate, bundle or load_bundle(files).bundle_id, files, "why", THEN, THEN)


@dataclass
class MemoryTopic:
    """A :class:`assay.agents.policy_topic.PolicySource`, and those who write to it."""

    records: list[PolicyRecord] = field(default_factory=list)
    is_open: bool = False
    is_away: bool = False
    opened: int = 0
    read: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, publication: Publication) -> int:
        offset = self.records[-1].offset + 1 if self.records else 0
        self.records.append(PolicyRecord(offset, key_of(publication), encode(publication)))
        self.news.set()
        return offset

    async def open(self) -> list[PolicyRecord]:
        if self.is_away:
            raise DependencyUnavailableError("away")
        self.is_open = True
        self.opened += 1
        self.read = len(self.records)
        return list(self.records)

    async def more(self) -> list[PolicyRecord]:
        if self.is_away:
            raise TransientError("away")
        if self.read == len(self.records):
            self.news.clear()
            await self.news.wait()
            if self.is_away:
                raise TransientError("away")
        found, self.read = self.records[self.read :], len(self.records)
        return found

    async def close(self) -> None:
        self.is_open = False

    def go_away(self) -> None:
        self.is_away = True
        self.news.set()


@dataclass
class Counted:
    """A :class:`assay.agents.bundles.BundleEvents` that remembers."""

    since: list[float] = field(default_factory=list)
    activated: int = 0
    refused: int = 0

    def bundle_in_use(self, since_s: float) -> None:
        self.since.append(since_s)

    def bundle_activated(self) -> None:
        self.activated += 1

    def bundle_refused(self) -> None:
        self.refused += 1


@pytest.fixture
def topic() -> MemoryTopic:
    return MemoryTopic()


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def directory() -> Bundle:
    """What workers start with."""
    return load_bundle(files_with())


async def until(condition: Callable[[], object]) -> None:
    """Let other tasks run until it is so; the limit is for tests that hang."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0)
