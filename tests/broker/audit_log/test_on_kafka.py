"""The audit log on the real Kafka (DESIGN 9)."""

import asyncio
import time

import pytest

from assay.agents.audit_log import audit_log
from assay.agents.settings import Settings

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
