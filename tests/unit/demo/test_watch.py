"""Waiting until all is judged: it ends when it can, and says why when it cannot (promise 5)."""

from dataclasses import dataclass
from typing import Protocol

import pytest

from assay.agents.demo.watch import LOOK_S, STALL_S, Rate, Snapshot, watch
from assay.agents.generate import PublishResult
from assay.pipeline.core.errors import DependencyUnavailableError, TransientError


class Time(Protocol):
    now: float

    def monotonic(self) -> float: ...
    def pause(self, seconds: float) -> None: ...


@dataclass
class Pipe:
    """Publishes and judges some traces at each look."""

    total: int
    publishes: int
    judges: int
    unseen: int = 0
    """On the topic although their acknowledgement never came."""
    breaks: Exception | None = None
    dies: bool = False
    rests: int = 0
    """Looks between two at which something is judged."""
    acked: int = 0
    done: int = 0
    looks: int = 0

    def check(self) -> None:
        if self.dies:
            raise self.failure("the worker ended")
        self.acked = min(self.total, self.acked + self.publishes)
        if self.looks % (self.rests + 1) == 0:
            self.done = min(self.end(), self.done + self.judges)
        self.looks += 1

    def published(self) -> int:
        return self.acked

    def result(self) -> PublishResult | None:
        if self.breaks is not None:
            raise self.breaks
        if self.acked < self.total:
            return None
        return PublishResult(self.total + self.unseen, self.total, self.unseen, 0, 1.0)

    def judged(self) -> int:
        return self.done

    def end(self) -> int:
        return self.acked + self.unseen

    def failure(self, why: str) -> TransientError:
        return TransientError(why)


def run(pipe: Pipe, time: Time, seen: list[Snapshot] | None = None) -> tuple[float, int]:
    shown = [] if seen is None else seen
    watched = watch(pipe, pipe.total, shown.append, monotonic=time.monotonic, pause=time.pause)
    return watched.seconds, watched.most_lag


def test_it_ends_when_everything_is_judged(time: Time) -> None:
    seen: list[Snapshot] = []
    seconds, most_lag = run(Pipe(100, publishes=10, judges=5), time, seen)
    assert seconds == pytest.approx(19 * LOOK_S)
    assert most_lag == 50
    assert (seen[-1].judged, seen[-1].lag) == (100, 0)


def test_records_whose_acknowledgement_was_lost_are_waited_for_too(time: Time) -> None:
    seen: list[Snapshot] = []
    run(Pipe(10, publishes=10, judges=5, unseen=5), time, seen)
    assert seen[-1].judged == 15


def test_nothing_to_publish_is_no_endless_wait(time: Time) -> None:
    run(Pipe(0, publishes=0, judges=0), time)


def test_a_worker_that_judges_no_more_is_given_up_with_numbers(time: Time) -> None:
    pipe = Pipe(100, publishes=100, judges=0, done=7)
    start = time.now
    with pytest.raises(TransientError, match="100 of 100 traces published, 7 of these judged"):
        run(pipe, time)
    assert time.now - start == pytest.approx(STALL_S, abs=1.0)


def test_a_slow_worker_is_waited_for_as_long_as_it_moves(time: Time) -> None:
    start = time.now
    run(Pipe(1000, publishes=1000, judges=1, rests=1), time)
    assert time.now - start > STALL_S


def test_a_worker_that_ended_ends_the_wait(time: Time) -> None:
    with pytest.raises(TransientError, match="the worker ended"):
        run(Pipe(10, publishes=1, judges=1, dies=True), time)


def test_what_publishing_failed_of_is_raised(time: Time) -> None:
    with pytest.raises(DependencyUnavailableError):
        run(Pipe(10, publishes=1, judges=1, breaks=DependencyUnavailableError("no Kafka")), time)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    rate = Rate()
    assert rate(0.0, 0) == 0.0
    for tenth in range(1, 101):
        rate(tenth / 10, tenth * 100)
    for tenth in range(101, 201):
        latest = rate(tenth / 10, 10_000)
    assert latest == pytest.approx(0.0)
