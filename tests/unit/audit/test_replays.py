"""The audit of replays: a new try is a raw record of its own, is what it is a try of, and its source has one current outcome."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from assay.agents.audit.finding import FindingKind
from assay.agents.replay.edit_receipt import EditReceipts, Tried
from assay.pipeline.core.record import RawRecord, Source, source_of
from assay.pipeline.core.replay_mark import Mark, marked, read_mark, without_mark
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay.edit import edited

from .test_end import GOOD, KEYS, KINDS, NOW_NS, SECRET, WholeStory, bundle

__all__ = ["bundle"]

RAW, RECEIPTS, QUARANTINE = TopicRole.RAW, TopicRole.RECEIPTS, TopicRole.QUARANTINE
CONTAINED = 4
"""Of :data:`KINDS`, one that quarantine holds."""
FIX: Any = [{"op": "replace", "path": "/inputs", "value": {}}]


@dataclass
class Replays(WholeStory):
    """The whole story, with new tries among the raw records."""

    def root(self, kind: int = CONTAINED, partition: int = 0) -> RawRecord:
        return self.records[RAW][partition * len(KINDS) + kind]

    def replay(self, root: RawRecord, attempt: int = 1, **changes: Any) -> RawRecord:
        """One more raw record: a new try, with parts that are not the root's where a test says so."""
        parts: dict[str, Any] = {"key": root.key, "value": root.value, "partition": root.partition}
        receipt = changes.pop("receipt", "")
        headers = changes.pop("headers", root.headers)
        parts |= changes
        mark = Mark(source_of(root), "r-1", attempt, root.timestamp, receipt)
        written = marked(headers, mark, topic=RAW.value, secret=SECRET, **parts)
        there = [one.offset for one in self.records[RAW] if one.partition == parts["partition"]]
        made = RawRecord(
            RAW.value, offset=max(there) + 1, timestamp=NOW_NS // 10**6, headers=tuple(written), **parts
        )
        self.records[RAW].append(made)
        return made

    def edit_and_replay(self, root: RawRecord) -> RawRecord:
        """A new try with what a person made of it, and its receipt."""
        done = edited(json.loads(root.value or b""), FIX)
        tried = Tried(
            source_of(root), 1, "r-1", {"tenant_id": "7", "schema_version": "1.2.0", "fingerprint": "f"}
        )
        receipt = EditReceipts(KEYS)(tried, root.value, done, NOW_NS)
        self._write(receipt)
        return self.replay(root, value=done.value, receipt=tried.receipt_id)

    def kinds(self) -> set[FindingKind]:
        return set(self.report().counts)


@pytest.fixture
def story(bundle: Bundle) -> Replays:
    story = Replays(bundle)
    story.publish()
    return story


def test_replayed_and_edited_traces_have_no_finding_and_one_current_outcome_each(story: Replays) -> None:
    """DESIGN 8: contained once more, and after that for a person; put right by one; a repair that is replayed is one again."""
    contained, other, repaired = story.root(), story.root(partition=1), story.root(1)
    tries = [story.replay(contained), story.replay(contained, 2), story.replay(repaired)]
    by_hand = story.edit_and_replay(other)
    story.run()
    report = story.report()
    assert report.ok, report.examples
    assert report.balance is not None
    assert report.balance.raw == sum(report.balance.ends.values()) == 12 + 4
    replays = report.replays
    assert (replays.records, replays.sources, replays.edited, replays.edit_receipts) == (4, 3, 1, 1)
    assert replays.current == {"dead_lettered": 1, "remediated": 1, "valid": 1}
    listed = {one.source: one for one in replays.listed}
    assert [(one.at, one.attempt, one.outcome) for one in listed[source_of(contained)].tries] == [
        (source_of(tries[0]), 1, "quarantined"),
        (source_of(tries[1]), 2, "dead_lettered"),
    ]
    assert listed[source_of(other)].outcome == "quarantined", "its first pass stays what it was"
    assert [one.at for one in listed[source_of(other)].tries] == [source_of(by_hand)]
    document: Any = report.to_json()["replays"]
    assert document == replays.to_json()
    assert document["listed"][0]["current"] in replays.current


def test_a_try_on_its_way_is_no_outcome(story: Replays) -> None:
    story.run()
    story.replay(story.root())
    report = story.report()
    assert report.ok, report.examples
    assert report.replays.current == {"in_flight": 1}


def forged(story: Replays) -> None:
    """A producer's copy of a mark on a trace of his own."""
    made = story.replay(story.root())
    story.records[RAW][-1] = replace(made, value=json.dumps(GOOD).encode())


def test_a_mark_that_a_producer_made_up_makes_no_replay(story: Replays) -> None:
    forged(story)
    story.run()
    report = story.report()
    assert report.ok, report.examples
    assert report.replays.records == 0


Wrong = Callable[[Replays], None]


def twice(story: Replays) -> None:
    story.replay(story.root())
    story.replay(story.root())


def another_value(story: Replays) -> None:
    story.replay(story.root(), value=json.dumps(GOOD).encode())


def another_key(story: Replays) -> None:
    story.replay(story.root(), key=b"other")


def without_headers(story: Replays) -> None:
    story.replay(story.root(), headers=())


def on_another_partition(story: Replays) -> None:
    story.replay(story.root(), partition=1)


def of_nothing(story: Replays) -> None:
    story.replay(replace(story.root(), offset=5))


def edited_without_receipt(story: Replays) -> None:
    story.replay(story.root(), value=json.dumps(GOOD).encode(), receipt="0" * 32)


def edited_to_something_else(story: Replays) -> None:
    story.edit_and_replay(story.root())
    story.edit(RECEIPTS, 0, output_sha256="0" * 64)


def receipt_without_a_try(story: Replays) -> None:
    story.edit_and_replay(story.root())
    story.records[RAW].pop()


def receipt_that_is_open(story: Replays) -> None:
    story.edit_and_replay(story.root())
    story.edit(RECEIPTS, 0, patch=[])


def receipt_twice(story: Replays) -> None:
    story.edit_and_replay(story.root())
    story.records[RECEIPTS].append(story.records[RECEIPTS][0])


def receipt_of_another_source(story: Replays) -> None:
    story.edit_and_replay(story.root())
    story.edit(RECEIPTS, 0, source={"topic": "traces.raw", "partition": 1, "offset": 4})


BEFORE: dict[Wrong, FindingKind] = {
    twice: FindingKind.DOUBLED,
    another_value: FindingKind.ALTERED,
    another_key: FindingKind.ALTERED,
    without_headers: FindingKind.ALTERED,
    on_another_partition: FindingKind.MISPLACED,
    of_nothing: FindingKind.INVENTED,
    edited_without_receipt: FindingKind.RECEIPTS_MISMATCH,
    edited_to_something_else: FindingKind.RECEIPTS_MISMATCH,
    receipt_without_a_try: FindingKind.RECEIPTS_MISMATCH,
    receipt_that_is_open: FindingKind.RECEIPTS_MISMATCH,
    receipt_twice: FindingKind.RECEIPTS_MISMATCH,
    receipt_of_another_source: FindingKind.RECEIPTS_MISMATCH,
}


@pytest.mark.parametrize(("wrong", "expected"), BEFORE.items())
def test_what_is_wrong_with_a_try_is_found(story: Replays, wrong: Wrong, expected: FindingKind) -> None:
    wrong(story)
    story.run()
    assert expected in story.kinds()


@pytest.mark.parametrize(
    "headers",
    [{"attempt": b"0"}, {"attempt": b"2"}, {"replay_of": b"traces.raw/0/0"}],
    ids=["called a first pass", "called another try", "called a try of another"],
)
def test_an_outcome_that_does_not_say_what_it_is_a_try_of_is_found(
    story: Replays, headers: dict[str, bytes]
) -> None:
    story.replay(story.root())
    story.run()
    [turn] = [
        turn
        for turn, record in enumerate(story.records[QUARANTINE])
        if dict(record.headers).get("assay-replay-of")
    ]
    story.relabel(QUARANTINE, turn, **headers)
    assert FindingKind.REPLAY_MISMATCH in story.kinds()


def test_a_first_pass_that_calls_itself_a_replay_is_found(story: Replays) -> None:
    story.run()
    record = story.records[QUARANTINE][0]
    story.change(QUARANTINE, 0, headers=(*record.headers, ("assay-replay-of", b"traces.raw/0/0")))
    assert FindingKind.REPLAY_MISMATCH in story.kinds()


def test_retention_of_the_first_records_is_no_finding(story: Replays) -> None:
    """Raw records live for a week, what was replayed may be months old."""
    root = story.root(5)
    story.edit_and_replay(story.root())
    story.replay(root)
    story.run()
    story.low[RAW] = root.offset + 1
    report = story.report()
    assert not report.counts.keys() & {
        FindingKind.INVENTED,
        FindingKind.RECEIPTS_MISMATCH,
        FindingKind.REPLAY_MISMATCH,
    }
    [listed] = [one for one in report.replays.listed if one.source == source_of(root)]
    assert (listed.outcome, listed.tries[0].outcome) == ("unknown", "dead_lettered")


def test_a_marks_source_is_read_back_as_it_was(story: Replays) -> None:
    made = story.replay(story.root())
    mark = read_mark(made, SECRET)
    assert mark is not None
    assert (mark.of, tuple(without_mark(made.headers))) == (
        Source("traces.raw", 0, CONTAINED),
        tuple(story.root().headers),
    )
