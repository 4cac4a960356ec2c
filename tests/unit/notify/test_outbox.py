"""Effectively once (S0-83, S0-201, D-12, RELIABILITY fault 30): what was confirmed is not sent again, all else is."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.record import RawRecord
from assay.pipeline.notify.answer import Answer, Delivered, Failed, Reason, Refused
from assay.pipeline.notify.notice import Action
from assay.pipeline.policy.notifications import RetryPolicy

from .conftest import START_NS, Office, event, stopped

DOWN = Failed(Reason.UNREACHABLE)


def high(offset: int = 0, **changes: Any) -> RawRecord:
    return event(offset, severity="high", chain="high", fingerprint=f"{offset:016x}", **changes)


async def test_a_step_is_told_once_on_each_channel_of_its_roles(office: Office) -> None:
    """Two roles that share a channel get one message."""
    office.happens(event(roles=["on_call_engineer", "platform_lead"]))
    await office.work()
    assert [len(office.got(name)) for name in office.names] == [1, 1]
    assert office.journal.results() == [("pager", "sent", "accepted"), ("chat", "sent", "accepted")]


async def test_the_same_event_again_changes_nothing(office: Office) -> None:
    office.happens(event(0), event(1))
    await office.work()
    office.happens(event(2))
    await office.work()
    assert len(office.got("pager")) == 1


async def test_a_restart_sends_nothing_twice_that_was_confirmed(office: Office) -> None:
    office.happens(event())
    await office.work()
    office.restart()
    await office.work(3600)
    assert [len(office.got(name)) for name in office.names] == [1, 1]


async def test_a_restart_sends_what_was_not_confirmed(office: Office) -> None:
    office.happens(event())
    office.restart()
    await office.work()
    assert [len(office.got(name)) for name in office.names] == [1, 1]


async def test_nothing_is_sent_before_the_history_is_read(office: Office) -> None:
    """The confirmation, or the acknowledgement, may be in the part that is still to come."""
    office.happens(event())
    office.desk = office.new_desk()
    office.desk.assigned(0)
    office.desk.take(0, office.log[0])
    await office.work()
    assert office.got("pager") == []


async def test_a_channel_that_is_down_gets_it_when_it_is_back_and_holds_up_nobody(office: Office) -> None:
    office.senders["pager"].answers.extend([DOWN, DOWN, DOWN])
    office.happens(event())
    await office.work()
    assert len(office.got("chat")) == 1
    await office.work(60)
    assert len(office.got("pager")) == 4
    assert len(office.got("chat")) == 1
    assert {message.id for message in office.got("pager")} == {office.got("pager")[0].id}


async def test_waits_between_tries_double_with_jitter_up_to_the_most() -> None:
    office = Office(names=["chat"], policy={"retry": RetryPolicy(first=5, most=40)})
    office.start()
    office.senders["chat"].answers.extend([Failed(Reason.RATE_LIMITED, 429, 0.0)] * 6)
    office.happens(event())
    times: list[int] = []
    office.senders["chat"].meanwhile = lambda: times.append(office.clock.now_ns())
    await office.work(600)
    waits = [(late - early) / 1e9 for early, late in pairwise(times)]
    assert len(waits) == 6
    for wait, longest in zip(waits, [5, 10, 20, 40, 40, 40], strict=True):
        assert longest / 2 <= wait <= longest


async def test_a_destination_that_says_how_long_to_wait_is_left_alone_for_that_long() -> None:
    """Also by the messages that come meanwhile."""
    office = Office(names=["chat"])
    office.start()
    office.senders["chat"].answers.append(Failed(Reason.RATE_LIMITED, 429, 90.0))
    office.happens(event())
    await office.work(1)
    office.happens(event(1, fingerprint="f" * 16))
    await office.work(88)
    assert len(office.got("chat")) == 1
    await office.work(2)
    assert len(office.got("chat")) == 3


async def test_after_a_restart_the_next_try_is_not_too_early() -> None:
    office = Office(names=["chat"])
    office.start()
    office.senders["chat"].answers.append(Failed(Reason.SERVER_ERROR, 503, 120.0))
    office.happens(event())
    await office.work()
    office.restart()
    await office.work(119)
    assert len(office.got("chat")) == 1
    await office.work(2)
    assert len(office.got("chat")) == 2


async def test_a_channel_that_fails_five_times_is_tried_with_one_message_at_a_time() -> None:
    """The circuit breaker: fifty that wait do not knock fifty times."""
    office = Office(names=["chat"])
    office.start()
    office.senders["chat"].answers.extend([DOWN] * 1000)
    office.happens(*(event(number, fingerprint=f"{number:016x}") for number in range(50)))
    await office.work(3600)
    tries = len(office.got("chat"))
    assert 5 < tries < 5 + 3600 / 30
    office.senders["chat"].answers.clear()
    await office.work(600)
    told = {message.id for message in office.got("chat")[tries:]}
    assert len(told) == 50


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.REDIRECTED, Reason.ADDRESS_FORBIDDEN])
async def test_what_is_refused_is_undeliverable_at_once(office: Office, reason: Reason) -> None:
    """An event of its own, which is counted and alarmed on; the other channels are told all the same."""
    office.senders["pager"].answers.append(Refused(reason, 400))
    office.happens(event())
    await office.work(7200)
    assert len(office.got("pager")) == 1
    assert ("pager", "undeliverable", reason.value) in office.journal.results()
    assert ("chat", "sent", "accepted") in office.journal.results()


async def test_it_gives_up_after_a_day_of_trying_and_says_so() -> None:
    office = Office(names=["chat"])
    office.start()
    office.senders["chat"].answers.extend([DOWN] * 10_000)
    office.happens(event())
    await office.work(86_400 + 600)
    assert office.journal.results()[-1] == ("chat", "undeliverable", "unreachable")
    tries = len(office.got("chat"))
    office.restart()
    await office.work(86_400)
    assert len(office.got("chat")) == tries


async def test_a_step_that_is_older_than_that_is_tried_all_the_same() -> None:
    """The notifier was down for two days: people have not heard of it yet."""
    office = Office(names=["chat"])
    office.start()
    office.clock.advance(2 * 86_400)
    office.happens(event())
    await office.work()
    assert len(office.got("chat")) == 1


async def test_a_confirmation_that_cannot_be_written_is_written_later_and_nothing_goes_out_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.agents.notify.desk.JOURNAL_PAUSE_S", 0)
    office.journal.failures = 3
    office.happens(event())
    await office.work()
    assert [len(office.got(name)) for name in office.names] == [1, 1]
    assert len(office.journal.results()) == 2


async def test_an_acknowledgement_takes_back_what_still_waits(office: Office) -> None:
    """OPERATIONS 5.3: no message after somebody has taken it over."""
    office.senders["chat"].answers.append(Failed(Reason.SERVER_ERROR, 500))
    office.happens(event())
    await office.work()
    office.happens(stopped(1))
    await office.work(3600)
    assert len(office.got("chat")) == 1
    assert ("chat", "cancelled", "acknowledged") in office.journal.results()
    office.restart()
    await office.work(3600)
    assert len(office.got("chat")) == 1


@pytest.mark.parametrize(
    ("why", "action"),
    [("acknowledged", Action.ACKNOWLEDGE), ("resolved", Action.RESOLVE), ("ignored", Action.RESOLVE)],
)
async def test_pagerduty_hears_of_the_end_of_what_it_was_told(
    office: Office, why: str, action: Action
) -> None:
    """S0-82: the alert is acknowledged where it was raised, by the key that it was raised with; once."""
    office.happens(event())
    await office.work()
    office.happens(stopped(1, why))
    await office.work()
    office.restart()
    await office.work(3600)
    raised, ended = office.got("pager")
    assert (ended.action, ended.dedup_key) == (action, raised.dedup_key)
    assert len(office.got("chat")) == 1


async def test_an_acknowledgement_while_the_message_is_under_way_follows_it(office: Office) -> None:
    pager = office.senders["pager"]

    def acknowledge() -> None:
        pager.meanwhile = None
        office.happens(stopped(1))

    pager.meanwhile = acknowledge
    office.happens(event())
    await office.work()
    assert [message.action for message in office.got("pager")] == [Action.TRIGGER, Action.ACKNOWLEDGE]


async def test_a_step_that_is_taken_after_the_acknowledgement_is_told_and_stays_open(office: Office) -> None:
    """Somebody took it over, and then it grew worse: the chain of the new severity starts."""
    office.happens(event(), stopped(1))
    office.clock.advance(60)
    office.happens(event(2, chain="security", at=rfc3339(office.clock.now_ns())))
    await office.work()
    assert [message.action for message in office.got("pager")] == [Action.TRIGGER]


async def test_the_next_episode_is_told_although_the_last_was_acknowledged(office: Office) -> None:
    office.happens(event(), stopped(1), event(2, episode=1))
    await office.work()
    assert [message.notices[0].episode for message in office.got("chat")] == [1]


async def test_a_channel_that_is_new_in_the_policy_does_not_hear_old_steps() -> None:
    """Where a step goes was decided when it was first tried."""
    office = Office(names=["chat"])
    office.start()
    office.happens(event())
    await office.work()
    office.names = ["chat", "pager"]
    office.restart()
    await office.work(60)
    assert office.got("pager") == []
    office.happens(event(1, fingerprint="f" * 16))
    await office.work()
    assert len(office.got("pager")) == 1


async def test_a_channel_that_is_gone_from_the_policy_leaves_no_message_waiting(office: Office) -> None:
    office.senders["pager"].answers.append(DOWN)
    office.happens(event())
    await office.work()
    office.names = ["chat"]
    office.restart()
    await office.work()
    assert office.journal.results()[-1] == ("pager", "undeliverable", "channel_off")


async def test_a_step_without_any_channel_is_undeliverable_and_said_to_be() -> None:
    office = Office(names=[])
    office.start()
    office.happens(event())
    await office.work()
    assert office.journal.results() == [("none", "undeliverable", "no_channel")]


async def test_an_event_that_cannot_be_read_is_told_as_critical_to_those_for_everything_else(
    office: Office,
) -> None:
    """D-21: when in doubt, call."""
    broken = event()
    office.happens(RawRecord(broken.topic, 0, 0, 0, broken.key, b"\xff{", broken.headers))
    await office.work()
    (message,) = office.got("pager")
    assert (message.severity.value, message.notices[0].fingerprint) == ("critical", "0123456789abcdef")


async def test_a_sender_with_a_bug_is_a_failure_like_any_other(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    def bug() -> None:
        raise RuntimeError("secret-in-a-text")

    office.senders["pager"].meanwhile = bug
    office.happens(event())
    await office.work()
    assert ("pager", "failed", "faulty") in office.journal.results()
    assert "secret-in-a-text" not in caplog.text


ANSWERS = st.lists(
    st.sampled_from([Delivered(), DOWN, Failed(Reason.RATE_LIMITED, 429, 7.0), Refused(Reason.REFUSED, 400)]),
    max_size=12,
)


@given(
    answers=ANSWERS,
    restarts=st.sets(st.integers(0, 12)),
    severities=st.lists(st.sampled_from(["critical", "high", "low"]), min_size=1, max_size=40),
)
async def test_every_step_is_settled_once_whatever_fails_and_whenever_it_restarts(
    answers: list[Answer], restarts: set[int], severities: list[str]
) -> None:
    """Property: each step ends confirmed once or undeliverable once, never both, and never neither."""
    office = Office(names=["chat"])
    office.start()
    office.senders["chat"].answers.extend(answers)
    for number, severity in enumerate(severities):
        office.happens(event(number, fingerprint=f"{number:016x}", severity=severity))
        await office.work(3)
        if number in restarts:
            office.restart()
    await office.work(7200)
    office.restart()
    await office.work(7200)
    settled = [
        (attempt.fingerprint, attempt.result)
        for record in office.journal.records()
        if (attempt := _read(record)).result in {"sent", "undeliverable"}
    ]
    assert len(settled) == len({fingerprint for fingerprint, _ in settled}) == len(severities)
    told = [notice.fingerprint for message in office.got("chat") for notice in message.notices]
    assert set(told) == {f"{number:016x}" for number in range(len(severities))}


def _read(record: RawRecord) -> Any:
    from assay.pipeline.notify.attempt import read_attempt

    attempt = read_attempt(record)
    assert attempt is not None
    return attempt


def test_the_clock_of_these_tests_is_that_of_the_events() -> None:
    assert Office().clock.now_ns() == START_NS
