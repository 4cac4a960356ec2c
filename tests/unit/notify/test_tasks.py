"""Whoever a manual task is given to hears of it, and nobody is rung out of bed by it (S0-144)."""

import json

import pytest

from assay.agents.manual_remediation import ManualRemediationStep, assigned_outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.dispose.testing import BUNDLE
from assay.pipeline.tasks import from_json

from ..tasks.conftest import dead_letter
from .conftest import START_NS, TOPIC, Office, stopped


@pytest.fixture
def assigned() -> RawRecord:
    """What the manual-remediation agent writes for the first dead letter of a problem."""
    state = ManualRemediationStep(BUNDLE).step(None, dead_letter(), START_NS).state
    written = assigned_outgoing(from_json(state or b""), START_NS)
    return RawRecord(TOPIC, 0, 0, START_NS // 10**6, written.key, written.value, written.headers)


async def test_a_task_is_told_with_the_command_that_takes_it(office: Office, assigned: RawRecord) -> None:
    office.happens(assigned)
    await office.work()
    [message] = office.got("chat")
    named = (assigned.key or b"").decode()
    assert message.lines == (f"Look: assay tasks show {named}", f"Take it: assay tasks take {named}")
    assert "schema_repair, P0" in message.headline
    assert ("For", "platform_engineering") in message.facts


async def test_a_task_rings_no_telephone_where_somebody_reads(office: Office, assigned: RawRecord) -> None:
    office.happens(assigned)
    await office.work()
    assert office.got("pager") == []


async def test_where_there_is_nothing_but_a_telephone_it_rings(assigned: RawRecord) -> None:
    """Better than that nobody hears of it."""
    office = Office(names=["pager"])
    office.start()
    office.happens(assigned)
    await office.work()
    assert len(office.got("pager")) == 1


async def test_acknowledging_the_problem_does_not_take_the_task_away(
    office: Office, assigned: RawRecord
) -> None:
    episode = json.loads(assigned.value or b"")["episode"]
    office.happens(assigned, stopped(1, fingerprint=(assigned.key or b"").decode(), episode=episode))
    await office.work()
    assert len(office.got("chat")) == 1


async def test_a_task_that_is_written_twice_is_told_once(office: Office, assigned: RawRecord) -> None:
    office.happens(assigned)
    office.restart()
    office.happens(assigned)
    await office.work()
    assert len(office.got("chat")) == 1
