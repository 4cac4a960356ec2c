"""Several writers make one chain; what cannot be written is not done (DESIGN 9; RELIABILITY, fault 20)."""

import asyncio
from pathlib import Path

import pytest

from assay.agents.audit_checkpoints import Checkpoints
from assay.agents.audit_log import AuditLog
from assay.agents.audit_topic import MemoryAuditTopic
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.memory.transport import MemoryProducer
from assay.pipeline.core.audit_chain import Act, Tampering
from assay.pipeline.core.errors import DependencyUnavailableError, RefusedError, UnknownOutcomeError

TOPIC = "quality.audit"
AT = "2027-01-15T08:00:00.000000000Z"
NOW = 1_800_000_000_000_000_000


class Site:
    """A broker in memory and one machine's file of checkpoints."""

    def __init__(self, folder: Path) -> None:
        self.log = MemoryLog({TOPIC: 1})
        self.transport = MemoryTransport(self.log)
        self.checkpoints = Checkpoints(folder / "checkpoints.jsonl")

    def writer(self) -> AuditLog:
        return AuditLog(self.transport, MemoryAuditTopic(self.log), self.checkpoints, "audit")


def act(target: str) -> Act:
    return Act("operator", "task.take", target, "on duty", AT)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def write(log: AuditLog, target: str) -> None:
    await log.append("operator", "task.complete", target, "repaired", NOW)


async def test_entries_stand_in_order_with_who_what_why_and_when(site: Site) -> None:
    log = site.writer()
    await write(log, "a")
    await write(log, "b")
    entries = await log.entries()
    assert [(entry.seq, entry.act.target) for entry in entries] == [(0, "a"), (1, "b")]
    assert entries[0].act.at == AT
    assert (await log.verify(NOW)).findings == ()


async def test_writers_that_overtake_each_other_make_one_chain(site: Site) -> None:
    writers = [site.writer() for _ in range(3)]

    async def several(number: int) -> None:
        for count in range(5):
            await write(writers[number], f"{number}/{count}")

    await asyncio.gather(*(several(number) for number in range(3)))
    verdict = await writers[0].verify(NOW)
    assert (verdict.entries, verdict.findings) == (15, ())


async def test_a_commit_whose_answer_was_lost_is_not_written_twice(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = site.writer()
    await write(log, "a")
    commit = MemoryProducer.commit

    async def answer_lost(producer: MemoryProducer) -> None:
        monkeypatch.undo()
        await commit(producer)
        raise UnknownOutcomeError("no answer")

    monkeypatch.setattr(MemoryProducer, "commit", answer_lost)
    await write(log, "b")
    await write(log, "c")
    assert [entry.act.target for entry in await log.entries()] == ["a", "b", "c"]
    assert (await log.verify(NOW)).findings == ()


async def test_a_commit_that_never_arrived_is_done_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    log = site.writer()
    await write(log, "a")

    async def lost(_: object) -> None:
        monkeypatch.undo()
        raise UnknownOutcomeError("no answer")

    monkeypatch.setattr(MemoryProducer, "commit", lost)
    await write(log, "b")
    assert [entry.act.target for entry in await log.entries()] == ["a", "b"]
    assert (await log.verify(NOW)).findings == ()


async def test_a_log_that_lost_its_end_is_found_and_not_written_behind(site: Site) -> None:
    log = site.writer()
    await write(log, "a")
    site.transport.log = site.log = MemoryLog({TOPIC: 1})
    site.transport = MemoryTransport(site.log)
    after = site.writer()
    with pytest.raises(RefusedError, match="entries were removed"):
        await write(after, "b")
    assert [finding.kind for finding in (await after.verify(NOW)).findings] == [Tampering.TRUNCATED]


async def test_entries_past_retention_are_not_missed(site: Site) -> None:
    log = site.writer()
    await write(log, "a")
    site.log = MemoryLog({TOPIC: 1})
    assert (await site.writer().verify(NOW + 400 * 86_400 * 10**9)).findings == ()


async def test_all_entries_of_one_act_or_none(site: Site) -> None:
    log = site.writer()
    with pytest.raises(RefusedError):
        await log.append_all(
            [
                act("a"),
                act("b")._replace(reason=""),
            ]
        )
    assert await log.entries() == []
    assert [link.seq for link in await log.append_all([act("a"), act("b")])] == [0, 1]


async def test_a_disk_that_takes_no_checkpoint_is_said(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    site.checkpoints = Checkpoints(tmp_path / "file" / "checkpoints.jsonl")
    with pytest.raises(DependencyUnavailableError, match="cannot be used"):
        await write(site.writer(), "a")
