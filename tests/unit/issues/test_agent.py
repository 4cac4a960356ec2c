"""The issues agent on the keyed lane, in memory: from facts and commands to groups, and what the metrics say of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import orjson
import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from assay.agents import issue_desk
from assay.agents.issue_desk import IssueDesk, group_named, read_groups
from assay.agents.issues import GroupCount, issues_lane
from assay.agents.lanes import keyed_slot
from assay.agents.lanes.keyed import KeyedLane
from assay.agents.names import lane_group
from assay.agents.settings import load_settings
from assay.agents.telemetry import Telemetry
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.classify import Classifier
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Headers, RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue
from assay.pipeline.issues import Group, Happening, Refusal, Status, command_record
from assay.pipeline.issues.lifetime import KEPT_NS
from assay.pipeline.testing import FakeClock

from .conftest import START_NS, at

PARTITIONS = 4


@dataclass
class Site:
    log: MemoryLog
    transport: MemoryTransport
    telemetry: Telemetry
    clock: FakeClock = field(default_factory=lambda: FakeClock(START_NS))
    lanes: list[KeyedLane] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    async def started(self) -> KeyedLane:
        settings = load_settings(slots=2)
        lane = KeyedLane(
            issues_lane(), settings, self.transport, self.clock, events=self.telemetry.for_lane("issues")
        )
        self.lanes.append(lane)
        await lane.start()
        return lane

    def put(self, records: Sequence[Outgoing]) -> None:
        for record in records:
            self.append(record.key, record.value, record.headers)

    def append(self, key: bytes | None, value: bytes | None, headers: Headers = ()) -> None:
        where = TopicPartition(TopicRole.ISSUES.value, partition_of(key, PARTITIONS))
        self.log.append(where, key, value, headers)

    def fail(self, offset: int, seconds: float = 0) -> list[Outgoing]:
        """A trace with two problems, on its way through detector and classifier; its facts."""
        verdict = a_verdict(an_issue(), an_issue(path="/other"))
        record = a_record(offset=offset)
        failing = FailingWriter(BUNDLE, KeylessSealer(), "g")(
            record, verdict, START_NS + round(seconds * 1e9)
        )
        invalid = RawRecord("traces.invalid", 0, offset, 0, failing.key, failing.value, failing.headers)
        facts = list(Classifier(BUNDLE)(invalid).facts)
        self.put(facts)
        return facts

    def desk(self) -> IssueDesk:
        async def note(act: Act) -> None:
            self.acts.append(act)

        async def send(records: Sequence[Outgoing]) -> None:
            assert self.acts, "a command is in the audit log before it is on its way"
            self.put(records)

        return IssueDesk(self.transport, load_settings(), note, send)

    async def groups(self, lane: KeyedLane) -> dict[str, Group]:
        """As they stand when everything is taken in."""
        group = lane_group(load_settings(), "issues")
        async with asyncio.timeout(5):
            for number in range(PARTITIONS):
                where = TopicPartition(TopicRole.ISSUES.value, number)
                while (self.log.committed(group, where) or 0) < self.log.stable_end(where):
                    await asyncio.sleep(0.001)
        return dict(await read_groups(self.transport, load_settings()))

    def value(self, name: str, **labels: str) -> float | None:
        return self.telemetry.registry.get_sample_value(name, labels)


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(keyed_slot, "IDLE_POLL_MS", 5)
    monkeypatch.setattr(issue_desk, "POLL_S", 0.005)
    log = MemoryLog({role.value: PARTITIONS for role in TopicRole})
    site = Site(log, MemoryTransport(log), Telemetry(CollectorRegistry(), ["issues"]))
    yield site
    for lane in site.lanes:
        await lane.stop()


async def test_facts_of_the_classifier_become_groups(site: Site) -> None:
    """One group per problem, not per trace; each fact counted once, through a restart."""
    facts = site.fail(1)
    assert len(facts) == 2
    lane = await site.started()
    await site.groups(lane)
    await lane.stop()
    site.fail(2, seconds=5)
    groups = await site.groups(await site.started())
    assert groups.keys() == {(fact.key or b"").decode() for fact in facts}
    assert {group.count for group in groups.values()} == {2}
    assert {group.last_seen for group in groups.values()} == {at(5)}


async def test_a_command_is_noted_carried_out_and_answered(site: Site) -> None:
    """S0-82, S0-109, S0-116: by whom and why stands in the audit log and in the group."""
    (fact, _) = site.fail(1)
    fingerprint = (fact.key or b"").decode()
    lane = await site.started()
    await site.groups(lane)
    desk = site.desk()
    told = await desk.tell(
        fingerprint, Happening.ASSIGN, actor="dana", reason="hers", at=at(60), assignee="kim", wait_s=5
    )
    assert told.group is not None
    assert (told.refusal, told.group.status, told.group.assigned_to) == (None, Status.IN_PROGRESS, "kim")
    assert site.acts == [Act("dana", "issues.assign", fingerprint, "hers", at(60))]
    told = await desk.tell(fingerprint, Happening.REOPEN, actor="dana", reason="again", at=at(61), wait_s=5)
    assert told.refusal is Refusal.NOT_FROM_HERE


async def test_a_command_that_nobody_answers_is_on_its_way(site: Site) -> None:
    """Without a worker it waits on the topic."""
    (fact, _) = site.fail(1)
    fingerprint = (fact.key or b"").decode()
    told = await site.desk().tell(fingerprint, Happening.TRIAGE, actor="d", reason="r", at=at(1), wait_s=0.02)
    assert told.group is None
    groups = await site.groups(await site.started())
    assert groups[fingerprint].status is Status.TRIAGED


async def test_what_cannot_be_taken_in_is_set_aside(site: Site) -> None:
    """D-15: garbage, facts under another key, commands about nothing. The lane goes on."""
    site.append(b"0123456789abcdef", b"garbage", [("ce_type", b"assay.issue.detected.v1"), ("ce_id", b"1")])
    site.append(None, b"{}")
    site.put([command_record("f" * 16, Happening.TRIAGE, actor="a", reason="r", at=at(0), source="/s")])
    (fact, _) = site.fail(1)
    site.append(b"fedcba9876543210", fact.value, fact.headers)
    groups = await site.groups(await site.started())
    assert len(groups) == 2
    refused = site.log.visible(TopicRole.REFUSED.value)
    why = sorted((dict(record.headers)["__dlq.errors.message"] or b"").decode() for record in refused)
    assert why[0].startswith("issues: step_failed (ValueError at issues.py:")
    assert why[1:] == ["issues: unknown_group", "issues: unreadable", "issues: unreadable"]
    assert site.value("lane_records_refused_total", lane="issues") == 4


async def test_how_long_a_problem_lasted_is_observed_once(site: Site) -> None:
    """S0-194: with the commit of the resolution; a worker that reads the group again observes nothing."""
    (fact, _) = site.fail(1)
    fingerprint = (fact.key or b"").decode()
    lane = await site.started()
    await site.groups(lane)
    labels = orjson.loads(fact.value or b"")
    words = {"severity": labels["severity"], "category": labels["category"]}
    assert site.value("issue_resolution_time_count", **words) == 0
    desk = site.desk()
    await desk.tell(fingerprint, Happening.RESOLVE, actor="d", reason="r", at=at(600), wait_s=5)
    site.fail(2, seconds=5)
    await site.groups(lane)
    await lane.stop()
    lane = await site.started()
    site.fail(3, seconds=6)
    await site.groups(lane)
    assert site.value("issue_resolution_time_count", **words) == 1
    assert site.value("issue_resolution_time_sum", **words) == 600


async def test_groups_are_counted_by_where_they_stand(site: Site) -> None:
    """S0-193: severity, category, status."""
    (fact, _) = site.fail(1)
    document = orjson.loads(fact.value or b"")
    lane = await site.started()
    await site.groups(lane)
    count = GroupCount()
    words = (document["severity"], document["category"])
    assert count(lane.states()) == {(*words, "detected"): 2}
    desk = site.desk()
    await desk.tell(document["fingerprint"], Happening.TRIAGE, actor="d", reason="r", at=at(1), wait_s=5)
    await site.groups(lane)
    found = count(lane.states())
    assert found == {(*words, "detected"): 1, (*words, "triaged"): 1}
    site.telemetry.set_issue_groups(found)
    labels = {"severity": words[0], "category": words[1]}
    assert site.value("invalid_trace_issues", **labels, status="triaged") == 1
    assert site.value("invalid_trace_issues", **labels, status="resolved") == 0


async def test_a_group_that_is_over_is_forgotten_when_its_facts_are(site: Site) -> None:
    """The memory of the lane and its topic do not grow for ever."""
    (fact, _) = site.fail(1)
    fingerprint = (fact.key or b"").decode()
    lane = await site.started()
    await site.groups(lane)
    await site.desk().tell(fingerprint, Happening.IGNORE, actor="d", reason="r", at=at(600), wait_s=5)
    site.clock.advance(KEPT_NS / 1e9 + 600)
    async with asyncio.timeout(5):
        while fingerprint in await site.groups(lane):
            await asyncio.sleep(0.001)
    assert len(await site.groups(lane)) == 1
    assert len(list(lane.states())) == 1


async def test_a_group_is_named_by_the_beginning_of_its_fingerprint(site: Site) -> None:
    site.fail(1)
    groups = await site.groups(await site.started())
    one = next(iter(groups))
    assert group_named(groups, one[:15]).fingerprint == one
    for name in ("", "nothing"):
        with pytest.raises(ConfigError, match="assay issues list"):
            group_named(groups, name)
