"""The producer's thread, and the pieces of a load."""

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from assay.agents.demo import publishing as module
from assay.agents.demo.flow import VANGUARD_MOST, vanguard_of
from assay.agents.demo.plan import DemoPlan, Load
from assay.agents.demo.publishing import Publishing, Stream, together
from assay.agents.generate import PublishResult
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.generate import Generated

JOURNAL = Path("journal")


def made(count: int) -> list[Generated]:
    return [Generated(None, b"%d" % number, [], None, blocking=False) for number in range(count)]


def test_pieces_of_a_stream_follow_each_other_and_are_counted_by_load() -> None:
    stream = Stream([Load("a", 3, made(3)), Load("b", 2, made(2))])
    first, rest = list(islice(stream, 4)), list(stream)
    assert [item.value for item in first + rest] == [b"0", b"1", b"2", b"0", b"1"]
    assert stream.taken == {"a": 3, "b": 2}


def test_two_results_are_added_up() -> None:
    one, two = PublishResult(10, 7, 2, 1, 1.5), PublishResult(5, 5, 0, 0, 0.5)
    assert together([one, two]) == PublishResult(15, 12, 2, 1, 2.0)


@pytest.mark.parametrize("total", [0, 1, 199, 200, 10_000, 10_000_000])
def test_those_that_go_ahead_do_not_move_the_99th_percentile(total: int) -> None:
    assert vanguard_of(total) <= min(total / 100, VANGUARD_MOST)


def test_a_plan_adds_up_its_loads() -> None:
    assert DemoPlan((Load("a", 3, []), Load("b", 4, []))).total == 7


def patch(monkeypatch: pytest.MonkeyPatch, publish: Callable[..., PublishResult]) -> None:
    monkeypatch.setattr(module, "publish", publish)


def test_progress_and_result_can_be_asked_for_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, go_on = Event(), Event()

    def publish(_settings: Settings, items: Iterable[Generated], **options: Any) -> PublishResult:
        options["on_progress"](2, 1)
        seen.set()
        go_on.wait(10)
        count = len(list(items))
        return PublishResult(count, count, 0, 0, 1.0)

    patch(monkeypatch, publish)
    with Publishing(load_settings(), made(3), 10.0, JOURNAL) as publishing:
        assert seen.wait(10)
        assert publishing.acked == 1
        assert publishing.result() is None
        go_on.set()
    assert publishing.result() == PublishResult(3, 3, 0, 0, 1.0)


def test_leaving_early_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def publish(*_: Any, stop: Event, **__: Any) -> PublishResult:
        assert stop.wait(10), "nobody said stop"
        return PublishResult(0, 0, 0, 0, 0.0)

    patch(monkeypatch, publish)
    with pytest.raises(KeyboardInterrupt), Publishing(load_settings(), made(3), 10.0, JOURNAL) as publishing:
        raise KeyboardInterrupt
    assert publishing.result() is not None


def test_what_it_failed_of_is_raised_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def publish(*_: Any, **__: Any) -> PublishResult:
        raise DependencyUnavailableError("no Kafka")

    patch(monkeypatch, publish)
    with Publishing(load_settings(), made(3), 10.0, JOURNAL) as publishing:
        pass
    with pytest.raises(DependencyUnavailableError):
        publishing.result()
