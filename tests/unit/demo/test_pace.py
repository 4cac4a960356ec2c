"""Publishing as fast as the worker follows."""

from threading import Event
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.demo.pace import CATCH_UP_S, EVERY_S, FIRST, LEAST, MOST, Pace


class Time(Protocol):
    now: float

    def monotonic(self) -> float: ...
    def pause(self, seconds: float) -> None: ...


class Wait(Event):
    """An event whose waits move the test's time."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self._time.pause(timeout or 0.0)
        return self.is_set()


@given(st.lists(st.integers(0, 1_000_000)))
def test_whatever_the_lag_the_rate_stays_within_its_bounds(lags: list[int]) -> None:
    pace = Pace()
    for number, lag in enumerate(lags, 1):
        pace.adjust(number * EVERY_S, lag)
        assert LEAST <= pace.rate <= MOST


def test_a_worker_that_follows_is_given_more_and_one_that_does_not_less() -> None:
    pace = Pace()
    pace.adjust(EVERY_S, 0)
    faster = pace.rate
    assert faster > FIRST
    pace.adjust(2 * EVERY_S, 1_000_000)
    assert pace.rate < faster


def test_in_between_it_stays_as_it_is() -> None:
    pace = Pace()
    pace.adjust(EVERY_S, int(FIRST * 0.3))
    assert pace.rate == FIRST


def test_it_does_not_change_its_mind_at_every_look() -> None:
    pace = Pace()
    pace.adjust(EVERY_S, 0)
    faster = pace.rate
    pace.adjust(EVERY_S * 1.5, 0)
    assert pace.rate == faster


def test_items_leave_at_the_rate(time: Time) -> None:
    pace = Pace(monotonic=time.monotonic)
    start = time.now
    assert list(pace.keep(range(600), Wait(time))) == list(range(600))
    assert time.now - start == pytest.approx(600 / FIRST)


def test_after_a_stall_there_is_no_burst(time: Time) -> None:
    pace = Pace(monotonic=time.monotonic)
    items = pace.keep(range(10_000), Wait(time))
    next(items)
    time.now += 60.0
    burst = time.now
    at_once = 0
    for _ in items:
        if time.now > burst:
            break
        at_once += 1
    assert at_once <= CATCH_UP_S * FIRST + 1


def test_on_a_stop_nobody_waits(time: Time) -> None:
    stop = Wait(time)
    stop.set()
    start = time.now
    assert len(list(Pace(monotonic=time.monotonic).keep(range(1000), stop))) == 1000
    assert time.now == start
