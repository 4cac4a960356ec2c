"""The audit log on the real Kafka (DESIGN 9)."""

import asyncio
import json
import time

import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Producer

from assay.agents.audit_log import audit_log
from assay.agents.cli import audit_log_verify
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole

pytestmark = pytest.mark.broker


async def test_two_processes_write_one_chain(settings_for_test: Settings) -> None:
    now = time.time_ns()
    async with audit_log(settings_for_test) as first, audit_log(settings_for_test) as second:
        for number in range(3):
            await first.append("operator", "quarantine.open", f"a{number}", "to look at it", now)
            await second.append("operator", "quarantine.open", f"b{number}", "to look at it", now)
        await asyncio.gather(
            first.append("operator", "quarantine.open", "a3", "to look at it", now),
            second.append("operator", "quarantine.open", "b3", "to look at it", now),
        )
        verdict = await first.verify(now)
        entries = await second.entries()
    assert (verdict.entries, verdict.findings) == (8, ())
    assert [entry.act.target for entry in entries][:6] == ["a0", "b0", "a1", "b1", "a2", "b2"]


async def test_a_writer_alone_reads_its_end_only_once(settings_for_test: Settings) -> None:
    now = time.time_ns()
    async with audit_log(settings_for_test) as log:
        for number in range(30):
            await log.append("operator", "task.take", f"t{number}", "on duty", now)
    async with audit_log(settings_for_test) as log:
        assert (await log.append("operator", "task.take", "t30", "on duty", now)).seq == 30
        assert (await log.verify(now)).findings == ()


async def test_an_entry_that_somebody_wrote_past_the_chain_is_found_by_the_command(
    settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 9: whoever may write to the topic can add a record, but not unseen."""
    async with audit_log(settings_for_test) as log:
        await log.append("operator", "quarantine.open", "a", "to look at it", time.time_ns())
    before = await asyncio.to_thread(_verified, settings_for_test, monkeypatch)
    forger = Producer({"bootstrap.servers": settings_for_test.bootstrap_servers})
    forger.produce(topic_name(TopicRole.AUDIT, settings_for_test.topic_prefix), b'{"seq": 1}', partition=0)
    assert forger.flush(10) == 0
    after = await asyncio.to_thread(_verified, settings_for_test, monkeypatch)
    assert (before.exit_code, json.loads(before.output)["entries"]) == (0, 1)
    assert (after.exit_code, json.loads(after.output)["findings"][0]["kind"]) == (1, "edited")


def _verified(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setattr(audit_log_verify, "load_settings", lambda: settings)
    return CliRunner(catch_exceptions=False).invoke(audit_log_verify.verify, ["--json"])
