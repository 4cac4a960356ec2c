"""Publishing: every record's fate is known and written down, whatever the broker does."""

import io
import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import confluent_kafka
import pytest

from assay.agents.generate import GRACE_SECONDS, Progress, Publishing, PublishResult
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.generate import Generated

CLEAN = Generated(b"k", b"clean", [("h", b"1")], None, blocking=False)
FAULTY = Generated(None, b"faulty", [], IssueCode.CORRUPT_EMPTY, blocking=True)
FOREIGN = Generated(None, b"foreign", [], None, blocking=False, known=False)


class Run:
    """A load through a producer without Kafka, and what came of it."""

    def __init__(
        self, producer: Any, *, stop: Event | None = None, on_progress: Progress | None = None
    ) -> None:
        self.journal = io.BytesIO()
        self.publishing = Publishing(
            producer, "t.raw", self.journal, on_progress, stop or Event(), monotonic=producer.monotonic
        )

    def __call__(self, *items: Generated, rate: float | None = None) -> PublishResult:
        return self.publishing.run(iter(items), rate)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.journal.getvalue().splitlines()]


def test_the_journal_holds_the_truth_about_every_record(producer: Any) -> None:
    run = Run(producer)
    result = run(CLEAN, FAULTY)
    assert (result.sent, result.acked, result.unknown, result.refused) == (2, 2, 0, 0)
    assert run.lines == [
        {"key": "6b", "topic": "t.raw", "partition": 3, "offset": 0, "expected": None, "blocking": False},
        {
            "key": None,
            "topic": "t.raw",
            "partition": 3,
            "offset": 1,
            "expected": "corrupt.empty",
            "blocking": True,
        },
    ]


def test_a_record_of_others_is_marked_as_not_judged(producer: Any) -> None:
    run = Run(producer)
    run(FOREIGN)
    assert run.lines[0]["expected"] is None
    assert run.lines[0]["expected_known"] is False


def test_key_value_and_headers_go_out_as_they_are(producer: Any) -> None:
    Run(producer)(CLEAN, Generated(None, None, [], None, blocking=True))
    assert [(one["topic"], one["key"], one["value"], one["headers"]) for one in producer.taken] == [
        ("t.raw", b"k", b"clean", [("h", b"1")]),
        ("t.raw", None, None, []),
    ]


def test_a_record_that_times_out_may_or_may_not_be_there(producer: Any) -> None:
    producer.errors = {b"faulty": confluent_kafka.KafkaError._MSG_TIMED_OUT}
    run = Run(producer)
    result = run(CLEAN, FAULTY)
    assert (result.acked, result.unknown) == (1, 1)
    assert (run.lines[1]["partition"], run.lines[1]["offset"]) == (None, None)


@pytest.mark.parametrize("where", ["client", "broker"])
def test_a_record_too_large_for_the_topic_is_refused_and_not_in_the_journal(
    producer: Any, where: str
) -> None:
    if where == "client":
        producer.largest = 5
    else:
        producer.errors = {b"faulty": confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE}
    run = Run(producer)
    result = run(CLEAN, FAULTY, CLEAN)
    assert (result.sent, result.acked, result.refused) == (3, 2, 1)
    assert len(run.lines) == 2


def test_a_full_queue_waits_and_loses_nothing(producer: Any) -> None:
    producer.room = 1
    assert Run(producer)(*[CLEAN] * 50).acked == 50


def test_the_rate_is_a_schedule_from_the_start(producer: Any) -> None:
    Run(producer)(*[CLEAN] * 5, rate=2)
    assert [one["at"] for one in producer.taken] == pytest.approx([0, 0.5, 1.0, 1.5, 2.0], abs=0.01)


def test_after_a_stall_the_backlog_follows_at_once(producer: Any) -> None:
    def stalled() -> Iterator[Generated]:
        yield CLEAN
        producer.time += 10
        yield from [CLEAN] * 3

    Run(producer).publishing.run(stalled(), rate=1)
    assert [one["at"] for one in producer.taken] == pytest.approx([0, 10, 10, 10], abs=0.01)


def test_a_request_to_stop_takes_no_more_and_settles_what_is_under_way(producer: Any) -> None:
    stop = Event()

    def stopping() -> Iterator[Generated]:
        yield CLEAN
        stop.set()
        yield CLEAN

    run = Run(producer, stop=stop)
    result = run.publishing.run(stopping(), None)
    assert (result.sent, result.acked, len(run.lines)) == (1, 1, 1)


def test_a_request_to_stop_is_heard_while_waiting_for_the_next_turn(producer: Any) -> None:
    stop = Event()
    run = Run(producer, stop=stop, on_progress=lambda sent, _: stop.set() if sent else None)
    assert run(CLEAN, CLEAN, rate=1e-6).sent == 1
    assert producer.time < 1


def test_a_silent_broker_is_given_up_after_a_request_to_stop(producer: Any) -> None:
    producer.silent = True
    stop = Event()
    run = Run(producer, stop=stop, on_progress=lambda sent, _: stop.set() if sent else None)
    result = run(CLEAN, FAULTY)
    assert result.unknown == result.sent
    assert len(run.lines) == result.sent
    assert producer.time >= GRACE_SECONDS


def test_a_broken_producer_is_reported_after_the_journal_is_complete(producer: Any) -> None:
    def breaking() -> Iterator[Generated]:
        yield CLEAN
        producer.produce = broken
        yield CLEAN

    def broken(topic: str, **record: Any) -> None:
        raise confluent_kafka.KafkaException(confluent_kafka.KafkaError(confluent_kafka.KafkaError._FATAL))

    run = Run(producer)
    with pytest.raises(DependencyUnavailableError, match="producer stopped"):
        run.publishing.run(breaking(), None)
    assert len(run.lines) == 1


def test_progress_is_told_at_the_end(producer: Any) -> None:
    told: list[tuple[int, int]] = []
    Run(producer, on_progress=lambda sent, acked: told.append((sent, acked)))(CLEAN, CLEAN)
    assert told[-1] == (2, 2)
