"""The pure parts: requests, events, the states of a job, the guard, the rate limit, edits."""

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assay.pipeline.core.issue import Severity
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.replay import (
    MOVES,
    Arrival,
    Candidate,
    Command,
    Edit,
    EditKind,
    Event,
    EventKind,
    Origin,
    Refusal,
    ReplayBook,
    ReplayDecision,
    ReplayFilter,
    ReplayRequest,
    Status,
    TokenBucket,
    Undo,
    Verb,
    decide,
    in_order,
    read_command,
    read_event,
    select,
)
from assay.pipeline.replay.edit import EditError, edited, read_patch

S = 1_000_000_000
AT = "2025-03-04T09:15:00.000000000Z"
words = st.text("abc-", max_size=6)
sources = st.builds(
    Source, st.sampled_from(["traces.raw", "x/traces.raw"]), st.integers(0, 9), st.integers(0, 999)
)
filters = st.builds(
    ReplayFilter,
    words,
    words,
    words,
    st.none() | st.sampled_from(Severity),
    words,
    words,
    st.frozensets(sources, max_size=3),
)
edits = (
    st.none()
    | st.builds(Edit, st.just(EditKind.RULE), words)
    | st.builds(Edit, st.just(EditKind.PATCH), st.just(""), st.just({"alg": "A256GCM"}), words, words)
)
some = words.filter(bool)
failing = st.builds(
    ReplayRequest,
    filters,
    st.sampled_from([(Origin.QUARANTINE, Origin.DEAD_LETTER), (Origin.QUARANTINE,), (Origin.DEAD_LETTER,)]),
    st.integers(1, 100_000),
    st.integers(1, 50),
    st.booleans(),
    st.booleans(),
    edits,
    st.none() | st.builds(Arrival, some, some),
)
repaired = st.builds(
    ReplayRequest, filters, st.just((Origin.REMEDIATED,)), undo=st.builds(Undo, some, some, some, words)
)
requests = failing | repaired
done = st.dictionaries(
    st.sampled_from(ReplayDecision), st.lists(st.tuples(sources, st.integers(0, 5)), min_size=1, max_size=3)
)


def record(outgoing: Outgoing) -> RawRecord:
    return RawRecord("quality.replays", 0, 0, 0, outgoing.key, outgoing.value, outgoing.headers)


@given(st.builds(Command, words, st.just(Verb.START), words, words, words, requests))
def test_a_command_is_read_as_it_was_written(command: Command) -> None:
    assert read_command(record(command.to_outgoing("/x"))) == command


@given(
    st.builds(
        Event,
        words,
        st.integers(0, 99),
        st.sampled_from(EventKind),
        words,
        words,
        words,
        words,
        st.none() | requests,
        st.dictionaries(words, st.dictionaries(st.integers(0, 9), st.integers(0, 99))),
        done,
        st.dictionaries(words, st.integers(0, 9)),
        st.integers(0, 9),
    )
)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    found = read_event(record(event.to_outgoing()))
    assert replace(found, done={}) == replace(event, done={})
    assert {key: sorted(value) for key, value in found.done.items()} == {
        key: sorted(value) for key, value in event.done.items()
    }


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda x: st.lists(x, max_size=2)
)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("job", "command", "request", "number", "event", "done", "bounds", "skipped", "remaining"), odd
        ),
    ),
    st.sampled_from(["assay/replay/1-0-0", "assay/replay_command/1-0-0"]),
)
def test_what_is_neither_command_nor_event_is_a_value_error_and_nothing_else(
    document: Any, schema: str
) -> None:
    """D-15: whoever may write to the topic cannot stop its readers."""
    value = json.dumps(document | {"schema": schema}).encode()
    for kind in ("command", "event"):
        came = RawRecord(
            "t", 0, 0, 0, b"k", value, [("ce_type", f"assay.replay.{kind}.v1".encode()), ("ce_id", b"1")]
        )
        ReplayBook().take(came)
        with pytest.raises(ValueError):
            (read_command if kind == "command" else read_event)(came)


# The states of a job


STARTS = {EventKind.ACCEPTED, EventKind.REFUSED, EventKind.AWAITING}


def event(number: int, kind: EventKind, **members: Any) -> Event:
    request = ReplayRequest() if kind in STARTS else None
    return Event("j", number, kind, AT, request=request, **members)


def book_of(*kinds: EventKind) -> ReplayBook:
    book = ReplayBook()
    for number, kind in enumerate(kinds):
        book.note(event(number, kind))
    return book


def test_every_move_of_the_table_and_no_other_changes_the_status() -> None:
    """OPERATIONS 4.5: a plain table."""
    ways = {
        Status.RUNNING: (EventKind.ACCEPTED,),
        Status.PAUSED: (EventKind.ACCEPTED, EventKind.PAUSED),
        Status.SUCCEEDED: (EventKind.ACCEPTED, EventKind.SUCCEEDED),
        Status.CANCELLED: (EventKind.ACCEPTED, EventKind.CANCELLED),
        Status.FAILED: (EventKind.ACCEPTED, EventKind.FAILED),
        Status.REFUSED: (EventKind.REFUSED,),
        Status.AWAITING: (EventKind.AWAITING,),
    }
    assert set(ways) == set(Status)
    for status, way in ways.items():
        for kind in EventKind:
            book = book_of(*way, kind)
            assert book.jobs["j"].status is MOVES.get((status, kind), status)


def test_an_event_that_comes_twice_counts_once() -> None:
    book = book_of(EventKind.ACCEPTED)
    source = Source("traces.raw", 0, 1)
    progress = event(1, EventKind.PROGRESS, done={ReplayDecision.REPLAY: [(source, 1)]})
    book.note(progress)
    book.note(progress)
    assert book.jobs["j"].replayed == 1
    assert book.last_try(source) == 1
    assert book.is_done("j", source)


@pytest.mark.parametrize(
    ("way", "verb", "answer"),
    [
        ((), Verb.PAUSE, Refusal.NO_SUCH_JOB),
        ((EventKind.ACCEPTED,), Verb.PAUSE, EventKind.PAUSED),
        ((EventKind.ACCEPTED,), Verb.RESUME, Refusal.NOT_IN_THIS_STATUS),
        ((EventKind.ACCEPTED, EventKind.PAUSED), Verb.RESUME, EventKind.RESUMED),
        ((EventKind.ACCEPTED, EventKind.PAUSED), Verb.CANCEL, EventKind.CANCELLED),
        ((EventKind.ACCEPTED, EventKind.SUCCEEDED), Verb.CANCEL, Refusal.NOT_IN_THIS_STATUS),
        ((EventKind.REFUSED,), Verb.START, Refusal.JOB_EXISTS),
    ],
)
def test_how_a_command_is_answered(way: tuple[EventKind, ...], verb: Verb, answer: object) -> None:
    book = book_of(*way)
    request = ReplayRequest() if verb is Verb.START else None
    book.take(record(Command("j", verb, "ann", "why", AT, request).to_outgoing("/x")))
    [waiting] = book.waiting()
    assert book.judged(waiting) == answer
    book.note(Event("j", 99, EventKind.DECLINED, AT, answers=waiting.command_id))
    assert book.waiting() == []


def test_a_command_that_stands_twice_is_heard_once() -> None:
    book = ReplayBook()
    command = record(Command("j", Verb.START, "ann", "why", AT, ReplayRequest()).to_outgoing("/x"))
    book.take(command)
    book.take(command)
    assert len(book.waiting()) == 1


# The guard


def candidate(offset: int = 1, attempt: int = 0, **members: Any) -> Candidate:
    root = Source("traces.raw", 0, offset)
    place = Source("traces.quarantine", 0, offset + 100 * attempt)
    return Candidate(root, attempt, place, -1, crashed=False, readable=True)._replace(**members)


def decided(one: Candidate, tried: int = 0, **members: Any) -> ReplayDecision:
    book = book_of(EventKind.ACCEPTED)
    if tried:
        book.note(event(1, EventKind.PROGRESS, done={ReplayDecision.REPLAY: [(one.root, tried)]}))
    return decide(one, book, ReplayRequest(**members), now_ms=1_000 * 86_400_000, kept_ms=90 * 86_400_000)


DAYS = 86_400_000


@pytest.mark.parametrize(
    ("one", "tried", "members", "decision"),
    [
        (candidate(), 0, {}, ReplayDecision.REPLAY),
        (candidate(attempt=1), 1, {}, ReplayDecision.REPLAY),
        (candidate(), 1, {}, ReplayDecision.NOT_CURRENT),
        (candidate(attempt=1), 2, {}, ReplayDecision.NOT_CURRENT),
        (candidate(), 1, {"force": True}, ReplayDecision.REPLAY),
        (candidate(attempt=5), 5, {}, ReplayDecision.HOP_LIMIT),
        (candidate(attempt=5), 5, {"force": True}, ReplayDecision.HOP_LIMIT),
        (candidate(attempt=5), 5, {"hop_limit": 6}, ReplayDecision.REPLAY),
        (candidate(crashed=True), 0, {}, ReplayDecision.WORKER_CRASH),
        (candidate(crashed=True), 0, {"force": True}, ReplayDecision.REPLAY),
        (candidate(readable=False), 0, {"force": True}, ReplayDecision.NO_PAYLOAD),
        (candidate(written_ms=911 * DAYS - 1), 0, {}, ReplayDecision.EXPIRED),
        (candidate(written_ms=911 * DAYS), 0, {}, ReplayDecision.REPLAY),
    ],
)
def test_the_guard(one: Candidate, tried: int, members: dict[str, Any], decision: ReplayDecision) -> None:
    """One current try of each source (fault 28)."""
    assert decided(one, tried, **members) is decision


def test_forced_the_last_failing_try_is_taken_and_each_source_once() -> None:
    found = [candidate(attempt=0), candidate(attempt=2), candidate(attempt=1), candidate(attempt=2)]
    selection = select(
        "j", found, book_of(EventKind.ACCEPTED), ReplayRequest(force=True), now_ms=0, kept_ms=90 * DAYS
    )
    assert [one.attempt for one in selection.queue] == [2]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), unique=True))
def test_partitions_take_turns_and_each_keeps_its_order(places: list[tuple[int, int]]) -> None:
    found = [
        Candidate(
            Source("traces.raw", partition, offset), 0, Source("q", 0, n), -1, crashed=False, readable=True
        )
        for n, (partition, offset) in enumerate(places)
    ]
    queue = in_order(found)
    assert sorted(queue) == sorted(found)
    for partition in range(4):
        offsets = [one.root.offset for one in queue if one.root.partition == partition]
        assert offsets == sorted(offsets)


class OneCurrentTry(RuleBasedStateMachine):
    """Replays, outcomes and restarts in any order: a source is never sent while its last try passed or is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[RawRecord] = []
        self.book = ReplayBook()
        self.failing: list[Candidate] = [candidate(offset) for offset in range(3)]
        self.sent: dict[Source, int] = {}
        self.outcome: dict[tuple[Source, int], str] = {(one.root, 0): "failed" for one in self.failing}
        self.jobs = 0

    def note(self, one: Event) -> None:
        self.written.append(record(one.to_outgoing()))
        self.book.note(one)

    @rule(crash=st.booleans(), copies=st.integers(1, 2))
    def replay(self, crash: bool, copies: int) -> None:
        self.jobs += 1
        job = f"j{self.jobs}"
        self.note(Event(job, 0, EventKind.ACCEPTED, AT, request=ReplayRequest(hop_limit=50)))
        selection = select(
            job, self.failing * copies, self.book, ReplayRequest(hop_limit=50), now_ms=0, kept_ms=90 * DAYS
        )
        queue = selection.queue[: len(selection.queue) // 2] if crash else selection.queue
        for one in queue:
            last = self.sent.get(one.root, 0)
            assert self.outcome[one.root, last] == "failed"
            attempt = max(one.attempt, self.book.last_try(one.root)) + 1
            assert attempt == last + 1
            self.sent[one.root] = attempt
            self.outcome[one.root, attempt] = "under way"
            self.note(
                Event(
                    job,
                    self.book.next_number(job),
                    EventKind.PROGRESS,
                    AT,
                    done={ReplayDecision.REPLAY: [(one.root, attempt)]},
                )
            )
        if not crash:
            self.note(Event(job, self.book.next_number(job), EventKind.SUCCEEDED, AT))

    @precondition(lambda self: any(word == "under way" for word in self.outcome.values()))
    @rule(fails=st.booleans())
    def judge(self, fails: bool) -> None:
        root, attempt = next(key for key, word in self.outcome.items() if word == "under way")
        self.outcome[root, attempt] = "failed" if fails else "passed"
        if fails:
            self.failing.append(candidate(root.offset, attempt))

    @rule()
    def restart(self) -> None:
        self.book = ReplayBook()
        for one in self.written:
            self.book.take(one)

    @invariant()
    def at_most_one_outcome_passed(self) -> None:
        for root in {root for root, _ in self.outcome}:
            words = [word for (one, _), word in self.outcome.items() if one == root]
            assert words.count("passed") <= 1


TestOneCurrentTry = OneCurrentTry.TestCase


# The rate limit


def run(bucket: TokenBucket, seconds: int, busy_ns: Iterable[int]) -> int:
    """How many a job sends in so many seconds, when its transactions take that long."""
    now, sent, end = 0, 0, seconds * S
    for busy in busy_ns:
        now += bucket.wait_ns(bucket.chunk, now)
        if now >= end:
            break
        bucket.take(bucket.chunk, now)
        sent += bucket.chunk
        now += busy
    return sent


@given(st.integers(1, 20_000), st.integers(0, 2**32))
@settings(max_examples=30)
def test_the_rate_is_held_within_five_percent(rate: int, seed: int) -> None:
    """Also when some transactions take far longer than a turn, as long as there is time to catch up."""
    rng = random.Random(seed)
    bucket = TokenBucket(rate, 0)
    turn = bucket.chunk * S // rate
    busy = (
        rng.choice([0, turn // 10, turn // 2, min(3 * turn, S // 2)]) if n % 4 == 0 else turn // 10
        for n in range(10**6)
    )
    sent = run(bucket, 60, busy)
    assert sent <= rate * 60
    assert sent >= rate * 60 * 0.95 - bucket.chunk


def test_a_pause_is_not_made_up_for() -> None:
    bucket = TokenBucket(100, 0)
    bucket.take(bucket.chunk, S)
    assert bucket.wait_ns(100, 3600 * S) == 0
    bucket.take(100, 3600 * S)
    assert bucket.wait_ns(bucket.chunk, 3600 * S) == S // 5


# Edits


def exact(document: Any) -> str:
    return json.dumps(document, sort_keys=True)


def test_an_edit_and_its_way_back() -> None:
    """Promise 2: input + patch = what is sent, and the inverse gives the input's document back; D-09."""
    document: Any = {"a": {"b": [1, 2]}, "c": "x"}
    before = json.dumps(document)
    patch = read_patch(b'[{"op":"replace","path":"/a/b/0","value":9},{"op":"remove","path":"/c"}]')
    done = edited(document, patch)
    assert json.loads(done.value) == {"a": {"b": [9, 2]}}
    assert json.dumps(document) == before
    assert exact(edited(done.document, done.inverse).document) == exact(document)


json_documents = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/~", max_size=3),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), x, max_size=3),
)


@given(
    json_documents,
    st.lists(
        st.fixed_dictionaries(
            {
                "op": st.sampled_from(["add", "remove", "replace", "test", "move", "copy"]),
                "path": st.sampled_from(["", "/a", "/b", "/a/0", "/a/-", "/0", "x"]),
                "from": st.sampled_from(["", "/a", "/b", "/0"]),
                "value": json_documents,
            }
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_any_patch_applies_with_a_way_back_or_is_an_edit_error(document: Any, patch: Any) -> None:
    try:
        done = edited(document, read_patch(json.dumps(patch).encode()))
    except EditError:
        return
    assert exact(edited(done.document, done.inverse).document) == exact(document)


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b"[]",
        b"\xff",
        b'[{"op":"eval","path":"/a"}]',
        b'[{"op":"add","path":"/a"}]',
        b'[{"op":"add","path":1,"value":1}]',
        b'[{"op":"move","path":"/a"}]',
        b'["add"]',
        b"[" + b'{"op":"remove","path":"/a"},' * 200 + b'{"op":"remove","path":"/a"}]',
        b"[" + b" " * 70_000 + b"]",
    ],
)
def test_what_is_no_patch_is_refused(text: bytes) -> None:
    with pytest.raises(EditError):
        read_patch(text)


def test_an_edit_error_quotes_nothing() -> None:
    """Promise 4."""
    with pytest.raises(EditError) as caught:
        edited({"a": "secret-1"}, read_patch(b'[{"op":"test","path":"/a","value":"secret-2"}]'))
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
