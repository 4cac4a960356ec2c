"""A replayed record through the three lanes: judged as what it was when it came first, and known for a new try everywhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from assay.agents.auto_remediation import AutoRemediationStep
from assay.agents.classifier import ClassifierStep
from assay.agents.detector import DetectorStep
from assay.agents.lanes.step import LaneStep, SourceRange
from assay.agents.replay.forge import Forge, Made
from assay.agents.topics import RAW_MAX_BYTES
from assay.pipeline.core import headers as names
from assay.pipeline.core.document import MISSING
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Headers, RawRecord, Record, Source
from assay.pipeline.core.replay_mark import Mark, marked, read_mark
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_envelope
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import ReplayRequest, read_failed
from assay.pipeline.testing import changed, clean_trace, raw_record

from .conftest import RAW, SECRET

KEYS = KeylessSealer()
PARTS = ("topic", "partition", "offset", "timestamp", "key", "value", "headers")
CAME_MS = 1_741_079_705_000
DAY_MS = 86_400_000
LATER_MS = CAME_MS + 5 * DAY_MS
ROOT = Source(RAW, 1, 7)
HEADERS: Headers = (("app", b"x"), ("assay-outcome", b"a producer's"), ("h", None))

FINE = clean_trace()
REPAIRABLE = changed(FINE, {"/trace_type": MISSING})
CARD = changed(FINE, {"/inputs": {"card": "4111 1111 1111 1111"}})


@dataclass
class Lanes:
    """The three of them, one transaction each."""

    bundle: Bundle
    written: list[Outgoing] = field(default_factory=list)

    def __call__(self, record: Record, *, now_ms: int = LATER_MS, deaths: int = 0) -> RawRecord:
        """Where the record ends."""
        steps: Sequence[LaneStep] = (
            DetectorStep(self.bundle, KEYS, "detector", secret=SECRET),
            ClassifierStep(self.bundle, "classifier"),
            AutoRemediationStep(self.bundle, KEYS, "auto_remediation"),
        )
        at = RawRecord(*(getattr(record, name) for name in PARTS))
        for step in steps:
            work = step.begin()
            if deaths and step is steps[0]:
                work.add_killer(at, deaths, now_ms * 10**6)
            else:
                work.add([at], now_ms * 10**6)
            span = SourceRange(at.topic, at.partition, at.offset, at.offset + 1, 1)
            out = work.finish([span], now_ms * 10**6)
            self.written += out
            at = landed(out[0])
            if out[0].role not in {TopicRole.INVALID, TopicRole.CLASSIFIED}:
                break
        return at


def landed(out: Outgoing) -> RawRecord:
    stamp = LATER_MS if out.timestamp is None else out.timestamp
    return RawRecord(out.role.value, out.partition or 0, 3, stamp, out.key, out.value, out.headers)


def replayed(document: Any, attempt: int = 1, came: Headers = HEADERS, **changes: Any) -> RawRecord:
    """A raw record as the replay agent writes it, days after the first one."""
    value = document if isinstance(document, bytes) else json.dumps(document).encode()
    mark = Mark(ROOT, "r-1", attempt, CAME_MS)
    written = marked(came, mark, topic=RAW, partition=1, key=b"key", value=value, secret=SECRET)
    parts: dict[str, Any] = {
        "partition": 1,
        "offset": 99,
        "timestamp": LATER_MS,
        "headers": written,
    } | changes
    return raw_record(value, **parts)


def first(document: Any) -> RawRecord:
    value = document if isinstance(document, bytes) else json.dumps(document).encode()
    return raw_record(value, partition=1, offset=7, headers=HEADERS, timestamp=CAME_MS)


def said(record: Record) -> dict[str, str]:
    """Our headers, each of which stands once."""
    ours = [(name, (value or b"").decode()) for name, value in record.headers if name.startswith("assay-")]
    assert len({name for name, _ in ours}) == len(ours)
    return dict(ours)


@pytest.fixture
def lanes(bundle: Bundle) -> Lanes:
    return Lanes(bundle)


def test_what_passes_leaves_as_the_producer_sent_it_and_says_what_it_is_a_try_of(lanes: Lanes) -> None:
    """Promise 2; the mark is gone, and the time is that of the replay, or retention would remove it."""
    came = replayed(FINE, attempt=2)
    went = lanes(came)
    assert (went.topic, went.partition, went.key, went.value) == ("traces.valid", 1, b"key", came.value)
    assert went.timestamp == LATER_MS
    assert [pair for pair in went.headers if not pair[0].startswith("assay-")] == [("app", b"x"), ("h", None)]
    ours = said(went)
    assert (ours[names.SRC], ours[names.REPLAY_OF], ours[names.REPLAY_JOB]) == (
        "traces.raw/1/99",
        str(ROOT),
        "r-1",
    )
    assert (ours[names.ATTEMPT], ours[names.REASON]) == ("2", "passed")


def test_a_replay_is_judged_by_the_time_at_which_the_trace_came_first(lanes: Lanes) -> None:
    """Five days later it would be skewed; the time that a worker measures is that of the new record."""
    assert said(lanes(raw_record(json.dumps(FINE).encode(), timestamp=LATER_MS)))[names.REASON] != "passed"
    lanes.written.clear()
    assert said(lanes(replayed(FINE), now_ms=LATER_MS + 40))[names.REASON] == "passed"
    [tally] = [json.loads(out.value or b"") for out in lanes.written if out.role is TopicRole.TALLIES]
    assert tally["latency_ms"]["max"] == 40


@pytest.mark.parametrize("kind", [REPAIRABLE, CARD, b"{"], ids=["repaired", "contained", "unreadable"])
def test_a_replay_ends_as_the_first_pass_did_with_the_next_attempt(lanes: Lanes, kind: Any) -> None:
    before, after = lanes(first(kind), now_ms=CAME_MS), lanes(replayed(kind))
    assert (after.topic, after.partition) == (before.topic, before.partition)
    first_time, again = said(before), said(after)
    assert (first_time.pop(names.ATTEMPT), again.pop(names.ATTEMPT)) == ("0", "1")
    assert (again.pop(names.REPLAY_OF), again.pop(names.REPLAY_JOB)) == (str(ROOT), "r-1")
    for name in (names.SRC, names.RECEIPT):
        first_time.pop(name, None)
        again.pop(name, None)
    assert again == first_time


def test_a_repaired_replay_has_the_producers_headers_and_the_time_of_the_replay(lanes: Lanes) -> None:
    before, after = lanes(first(REPAIRABLE), now_ms=CAME_MS), lanes(replayed(REPAIRABLE))
    assert after.topic == "traces.remediated"
    assert (after.value, after.key) == (before.value, before.key)
    assert (before.timestamp, after.timestamp) == (CAME_MS, LATER_MS)
    assert [pair for pair in after.headers if not pair[0].startswith("assay-")] == [
        ("app", b"x"),
        ("h", None),
    ]


@pytest.mark.parametrize("kind", [FINE, REPAIRABLE], ids=["passes", "is repaired"])
def test_the_mark_is_nothing_that_a_limit_counts(lanes: Lanes, bundle: Bundle, kind: Any) -> None:
    """A trace that may come in once may come in again."""
    room = bundle.limits.max_key_and_headers_bytes - len(b"key") - len("h")
    went = lanes(replayed(kind, came=[("h", b"x" * room)]))
    assert went.topic in {"traces.valid", "traces.remediated"}


@pytest.mark.parametrize(
    ("end", "deaths"), [("traces.quarantine", 0), ("dlq.traces.raw", 2)], ids=["contained", "worker crash"]
)
def test_what_fails_again_is_sealed_as_it_came_and_counts_its_attempts(
    lanes: Lanes, end: str, deaths: int
) -> None:
    """Promise 2: of each raw record, the replayed one too."""
    came = replayed(CARD, attempt=1)
    went = lanes(came, deaths=deaths)
    envelope = json.loads(went.value or b"")
    assert went.topic == end
    assert envelope["attempts"] == 2
    assert envelope["source"] | {"topic": RAW, "partition": 1, "offset": 99} == envelope["source"]
    opened = open_envelope(envelope, KEYS)
    assert (opened.key, opened.value, list(opened.headers)) == (came.key, came.value, list(came.headers))
    failed = read_failed(went)
    assert failed is not None
    assert (failed.candidate.root, failed.candidate.attempt) == (ROOT, 1)


def test_a_trace_that_comes_back_for_the_third_time_goes_to_a_person(lanes: Lanes) -> None:
    """DESIGN 8: attempts exhausted. S0-117."""
    went = lanes(replayed(changed(FINE, {"/workflow_id": MISSING}), attempt=2))
    assert (went.topic, said(went)[names.REASON]) == ("dlq.traces.raw", "attempts_exhausted")


def test_the_next_try_is_made_of_the_original_whatever_the_number(lanes: Lanes, bundle: Bundle) -> None:
    """Each try has one mark: its own. The first record's bytes, headers and time come through all of them."""
    forge = Forge(bundle, KEYS, KEYS, SECRET, raw_topic=RAW, most_bytes=RAW_MAX_BYTES)
    record: RawRecord = first(CARD)
    for attempt in (1, 2, 3):
        failed = read_failed(lanes(record))
        assert failed is not None
        made = forge(
            lanes(record),
            failed.candidate,
            job=f"r-{attempt}",
            attempt=attempt,
            request=ReplayRequest(),
            editor=None,
            now_ns=LATER_MS * 10**6,
        )
        assert isinstance(made, Made)
        raw = made.raw
        record = RawRecord(RAW, raw.partition or 0, 99 + attempt, LATER_MS, raw.key, raw.value, raw.headers)
        assert read_mark(record, SECRET) == Mark(ROOT, f"r-{attempt}", attempt, CAME_MS)
        assert tuple(record.headers[: len(HEADERS)]) == HEADERS


@pytest.mark.parametrize("document", [FINE, CARD], ids=["passes", "fails"])
@pytest.mark.parametrize(
    "change",
    [{"value": json.dumps(CARD | {"trace_id": "wf-2"}).encode()}, {"partition": 0}],
    ids=["another value", "another partition"],
)
def test_a_producer_who_copies_a_mark_has_a_first_pass_like_any_other(
    lanes: Lanes, document: Any, change: dict[str, Any]
) -> None:
    """A mark holds for its own record: what is none is reserved headers of a producer, and they are stripped."""
    came = replayed(document)
    parts = {name: getattr(came, name) for name in PARTS}
    ours = said(lanes(RawRecord(**(parts | change))))
    assert ours[names.ATTEMPT] == "0"
    assert names.REPLAY_OF not in ours
    assert names.REPLAY_JOB not in ours


def test_in_a_batch_each_record_has_its_own_mark(lanes: Lanes) -> None:
    """Replays come between first passes: neither takes on what the other says."""
    step = DetectorStep(lanes.bundle, KEYS, "detector", secret=SECRET)
    work = step.begin()
    work.add(
        [first(FINE), replayed(CARD), first(CARD), replayed(FINE, attempt=4), first(FINE)], LATER_MS * 10**6
    )
    out = work.finish([SourceRange(RAW, 1, 0, 100, 5)], LATER_MS * 10**6)
    attempts = [
        (one.role, dict(one.headers)[names.ATTEMPT], dict(one.headers).get(names.REPLAY_OF))
        for one in out
        if one.role is not TopicRole.TALLIES
    ]
    of = str(ROOT).encode()
    assert attempts == [
        (TopicRole.VALID, b"0", None),
        (TopicRole.VALID, b"4", of),
        (TopicRole.VALID, b"0", None),
        (TopicRole.INVALID, b"1", of),
        (TopicRole.INVALID, b"0", None),
    ]
