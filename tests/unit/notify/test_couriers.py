"""One that is slow holds up nobody else, and a worker that stops lets what is under way end (fault 30)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from assay.agents.clock import SystemClock
from assay.agents.notify.couriers import Couriers
from assay.agents.notify.desk import Desk
from assay.pipeline.notify.answer import Answer, Delivered
from assay.pipeline.notify.message import Message
from assay.pipeline.notify.schedule import Wait

from .conftest import FakeSender, Office, event, stopped


class Gate(FakeSender):
    """A destination that answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.asked = asyncio.Event()

    async def send(self, message: Message) -> Answer:
        self.got.append(message)
        self.asked.set()
        await self.open.wait()
        return Delivered()


@asynccontextmanager
async def running(office: Office) -> AsyncIterator[Couriers]:
    couriers = Couriers(office.desk, SystemClock())
    couriers.start()
    try:
        yield couriers
    finally:
        await couriers.stop()


async def until(office: Office, number: int) -> None:
    """Wait until that many attempts are written."""
    async with asyncio.timeout(10):
        while len(office.journal.written) < number:
            await asyncio.sleep(0)


async def test_a_slow_channel_holds_up_no_other() -> None:
    gate = Gate()
    office = Office(senders={"pager": gate})
    office.start()
    async with running(office) as couriers:
        office.happens(event())
        couriers.wake()
        await gate.asked.wait()
        await until(office, 1)
        assert office.journal.results() == [("chat", "sent", "accepted")]
        gate.open.set()
        await until(office, 2)


async def test_a_stop_waits_for_the_answer_and_writes_it() -> None:
    gate = Gate()
    office = Office(names=["pager"], senders={"pager": gate})
    office.start()
    async with running(office) as couriers:
        office.happens(event())
        couriers.wake()
        await gate.asked.wait()
        stopping = asyncio.create_task(couriers.stop())
        await asyncio.sleep(0)
        gate.open.set()
        await stopping
    assert office.journal.results() == [("pager", "sent", "accepted")]


async def test_a_destination_that_does_not_answer_a_worker_that_stops_is_asked_again_by_the_next_one() -> (
    None
):
    """The outcome is unknown: at least once, with the same id, so that the destination can tell."""
    gate = Gate()
    office = Office(names=["pager"], senders={"pager": gate})
    office.start()
    async with running(office) as couriers:
        office.happens(event())
        couriers.wake()
        await gate.asked.wait()
        await couriers.stop(patience_s=0)
    assert office.journal.written == []
    gate.open.set()
    office.restart()
    await office.work()
    first, second = gate.got
    assert (first.id, first.dedup_key) == (second.id, second.dedup_key)


async def test_what_is_under_way_is_not_cancelled_by_an_acknowledgement() -> None:
    """It was told: the topic must not say that it was not."""
    gate = Gate()
    office = Office(names=["chat"], senders={"chat": gate})
    office.start()
    async with running(office) as couriers:
        office.happens(event())
        couriers.wake()
        await gate.asked.wait()
        office.happens(stopped(1))
        await office.desk.tidy()
        gate.open.set()
        await until(office, 1)
    assert office.journal.results() == [("chat", "sent", "accepted")]


async def test_a_partition_is_let_go_when_its_message_has_landed() -> None:
    gate = Gate()
    office = Office(names=["pager"], senders={"pager": gate})
    office.start()
    async with running(office) as couriers:
        office.happens(event())
        couriers.wake()
        await gate.asked.wait()
        office.desk.revoked(0)
        landed = asyncio.create_task(office.desk.landed([0]))
        await asyncio.sleep(0)
        assert not landed.done()
        gate.open.set()
        await landed
        assert office.journal.results() == [("pager", "sent", "accepted")]


async def test_channels_are_replaced_while_it_runs() -> None:
    office = Office(names=["chat"])
    office.start()
    async with running(office) as couriers:
        office.names = ["pager"]
        await couriers.replace(office.new_desk().channels)
        office.happens(event())
        couriers.wake()
        await until(office, 1)
    assert office.journal.results() == [("pager", "sent", "accepted")]


async def test_a_bug_in_one_channel_does_not_silence_it_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.agents.notify.couriers.PAUSE_S", 0)
    office = Office(names=["chat"])
    office.start()
    turn = Desk.turn
    turns = 0

    async def buggy(desk: Desk, name: str) -> Wait | None:
        nonlocal turns
        turns += 1
        if turns == 1:
            raise RuntimeError
        return await turn(desk, name)

    monkeypatch.setattr(Desk, "turn", buggy)
    office.happens(event())
    async with running(office):
        await until(office, 1)
    assert office.journal.results() == [("chat", "sent", "accepted")]
