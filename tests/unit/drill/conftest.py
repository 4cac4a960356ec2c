"""A drill on a stage without Kafka: what the topics hold is written by the test."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from assay.agents.drill.stage import Site, Stage
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Headers, RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Drill, Run, synthetic_traces, traces_needed
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.testing import FakeClock

NOW_NS = 1_741_079_705_000_000_000
TENANT = "9007199254740991"


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_policies(load_settings())


def run_of(drill: Drill, name: str = "d1") -> Run:
    return Run(drill, name, TENANT, NOW_NS)


@dataclass
class FakeWatch:
    """A :class:`assay.agents.drill.watch.Watch` that finds what the test put there."""

    records: dict[TopicRole, list[RawRecord]] = field(default_factory=dict)
    polled: list[Collection[TopicRole]] = field(default_factory=list)

    def put(self, role: TopicRole, key: str, value: bytes = b"{}", headers: Headers = ()) -> None:
        self.records.setdefault(role, []).append(RawRecord(role.value, 0, 0, 0, key.encode(), value, headers))

    def poll(self, roles: Collection[TopicRole]) -> None:
        self.polled.append(roles)

    def found(self, role: TopicRole) -> list[RawRecord]:
        return self.records.get(role, [])

    def by_source(self, role: TopicRole) -> Mapping[str, RawRecord]:
        return {dict(record.headers)["assay-src"].decode(): record for record in self.found(role)}  # type: ignore[union-attr]  # the test sets it

    def last(self, role: TopicRole) -> Mapping[str, RawRecord]:
        return {(record.key or b"").decode(): record for record in self.found(role)}

    def follow(self, sources: Collection[Source], keys: Iterable[str] = ()) -> None:
        """What is there is the drill's."""

    def follow_keys(self, keys: Iterable[str]) -> None:
        """As above."""


@dataclass
class FakeLog:
    """An audit log that remembers."""

    acts: list[Act] = field(default_factory=list)

    async def append_all(self, acts: Sequence[Act]) -> None:
        self.acts += acts


@dataclass
class Theatre:
    """Stages, and what was written from them."""

    bundle: Bundle
    sent: list[Outgoing] = field(default_factory=list)
    log: FakeLog = field(default_factory=FakeLog)
    watch: FakeWatch = field(default_factory=FakeWatch)

    def stage(self, drill: Drill, /, **changes: Any) -> Stage:
        bundle = replace(self.bundle, **changes)
        run = run_of(drill)._replace(tenant=bundle.drill.tenant)
        traces = synthetic_traces(run, traces_needed(bundle.escalation))
        site: Any = Site(load_settings(), bundle, None, FakeClock(NOW_NS), self.log, "somebody", 0.0)  # type: ignore[arg-type]  # fakes
        watch: Any = self.watch
        return Stage(site, run, traces, watch)


@pytest.fixture
def theatre(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Theatre:
    theatre = Theatre(bundle)

    async def send(_settings: object, records: Sequence[Outgoing]) -> None:
        theatre.sent += records

    async def at_once(function: Any, *arguments: Any) -> Any:
        return function(*arguments)

    monkeypatch.setattr("assay.agents.drill.stage.send", send)
    monkeypatch.setattr(asyncio, "to_thread", at_once)
    return theatre
