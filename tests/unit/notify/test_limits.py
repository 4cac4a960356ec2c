"""S2-44, S2-45, OPERATIONS 5.1: 10 a minute, 20 at once; over it one digest; what is critical is never silenced."""

from typing import Any

from assay.pipeline.core.record import RawRecord
from assay.pipeline.notify.answer import Failed, Reason
from assay.pipeline.notify.message import Message

from .conftest import Office, event


def step(number: int, severity: str = "high", **changes: Any) -> RawRecord:
    return event(number, fingerprint=f"{number:016x}", severity=severity, chain=severity, **changes)


def chat() -> Office:
    office = Office(names=["chat"])
    office.start()
    return office


def told(messages: list[Message]) -> set[str]:
    return {notice.fingerprint for message in messages for notice in message.notices}


async def test_over_the_limit_one_digest_says_how_many_and_the_worst_of_them() -> None:
    office = chat()
    office.happens(*(step(number, "high" if number == 50 else "low") for number in range(57)))
    await office.work()
    assert len(office.got("chat")) == 20
    assert not any(message.is_digest for message in office.got("chat"))
    await office.work(6)
    digest = office.got("chat")[-1]
    assert len(office.got("chat")) == 21
    assert len(digest.notices) == 37
    assert "37 more problems" in digest.headline
    assert told(office.got("chat")) == {f"{number:016x}" for number in range(57)}


async def test_a_digest_has_the_highest_severity_of_what_it_holds() -> None:
    office = chat()
    office.happens(*(step(number, "medium") for number in range(20)))
    await office.work()
    office.happens(step(20, "low"), step(21, "high"), step(22, "low"))
    await office.work(10)
    digest = office.got("chat")[-1]
    assert (digest.severity.value, digest.headline[:4]) == ("high", "[P1]")
    assert "1 high, 2 low" in digest.headline


async def test_critical_ones_go_one_by_one_and_at_once_whatever_the_limit_says() -> None:
    office = chat()
    office.happens(*(step(number, "low") for number in range(60)))
    await office.work(1)
    before = len(office.got("chat"))
    office.happens(*(step(number, "critical") for number in range(100, 150)))
    await office.work()
    criticals = office.got("chat")[before:]
    assert len(criticals) == 50
    assert all(message.severity.value == "critical" and not message.is_digest for message in criticals)


async def test_what_waits_is_sent_worst_first() -> None:
    office = chat()
    office.happens(step(0, "low"), step(1, "critical"), step(2, "medium"), step(3, "high"))
    await office.work()
    assert [message.severity.value for message in office.got("chat")] == ["critical", "high", "medium", "low"]


async def test_a_digest_that_fails_is_sent_again_with_the_same_id() -> None:
    """And those that it held stay together."""
    office = chat()
    office.happens(*(step(number) for number in range(30)))
    await office.work()
    office.senders["chat"].answers.append(Failed(Reason.SERVER_ERROR, 502))
    await office.work(60)
    first, second = [message for message in office.got("chat") if message.is_digest]
    assert first.id == second.id
    assert len(second.notices) == 10


async def test_after_a_restart_the_limit_is_where_it_was() -> None:
    """Otherwise each restart would be worth another twenty."""
    office = chat()
    office.happens(*(step(number) for number in range(20)))
    await office.work()
    office.restart()
    office.happens(*(step(number) for number in range(20, 30)))
    await office.work(1)
    assert len(office.got("chat")) == 20
    await office.work(6)
    assert len(office.got("chat")) == 21
    assert len(office.got("chat")[-1].notices) == 10


async def test_reading_the_history_again_does_not_count_it_again() -> None:
    """A rebalance gives the same partition back."""
    office = chat()
    office.happens(*(step(number) for number in range(10)))
    await office.work()
    for _ in range(3):
        office.desk.revoked(0)
        office.start()
    office.happens(*(step(number) for number in range(10, 20)))
    await office.work()
    assert len(office.got("chat")) == 20


async def test_a_storm_of_a_thousand_is_told_within_minutes_in_few_messages() -> None:
    office = chat()
    office.happens(*(step(number, "medium") for number in range(1000)))
    await office.work(60)
    assert len(office.got("chat")) <= 30
    assert len(told(office.got("chat"))) == 1000
