"""The audit of undone rules: what was taken back balances, and the smallest thing wrong with it is found."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from assay.agents.audit.finding import FindingKind
from assay.agents.replay.forge import Forge
from assay.agents.replay.undoing import Undoing, Undone, undone
from assay.agents.topics import RAW_MAX_BYTES
from assay.pipeline.core import headers as names
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Record, Source, source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Repaired, Undo, raw_of, read_published

from .test_end import KEYS, KINDS, NOW_NS, SECRET, WholeStory, bundle

__all__ = ["bundle"]

RAW, REMEDIATED, RECEIPTS = TopicRole.RAW, TopicRole.REMEDIATED, TopicRole.RECEIPTS
UNDO = Undo("missing_required_fields", "1", "2000")


@dataclass
class Undoings(WholeStory):
    """The whole story, with a rule undone for the first repaired trace of each partition."""

    later: list[Outgoing] = field(default_factory=list)
    """What was written after the lanes ran: retractions and their events."""

    def undo(self) -> None:
        before = WholeStory(self.bundle)
        before.publish()
        before.run()
        forge = Forge(self.bundle, KEYS, KEYS, SECRET, raw_topic=RAW.value, most_bytes=RAW_MAX_BYTES)
        firsts = {record.partition: record for record in reversed(before.records[REMEDIATED])}
        for partition in sorted(firsts):
            made = self._undone(forge, firsts[partition], before.records[RAW])
            offset = max(one.offset for one in self.records[RAW] if one.partition == partition) + 1
            self.records[RAW].append(landed(made.raw, offset))
            self.later += made.beside

    def _undone(self, forge: Forge, published: RawRecord, raw: list[RawRecord]) -> Undone:
        raws: dict[Source, Record] = {source_of(record): record for record in raw}
        found, source = read_published(published), raw_of(published)
        assert found is not None
        assert source in raws
        repairs = {found[0]: Repaired(found[0], "0" * 16, 0)}
        made = undone(published, found[1], Undoing(UNDO, "u-1", 1, repairs, raws), forge, NOW_NS)
        assert isinstance(made, Undone)
        return made

    def finish(self) -> None:
        self.run()
        for each in self.later:
            self._write(each)

    def kinds(self) -> set[FindingKind]:
        return set(self.report().counts)


def landed(out: Outgoing, offset: int) -> RawRecord:
    return RawRecord(
        out.role.value, out.partition or 0, offset, out.timestamp or 0, out.key, out.value, tuple(out.headers)
    )


@pytest.fixture
def story(bundle: Bundle) -> Undoings:
    story = Undoings(bundle)
    story.publish()
    story.undo()
    return story


def test_what_was_undone_balances_and_is_told(story: Undoings) -> None:
    """Promise 1: the repaired trace keeps its outcome, the new try has its own, and the retraction is none."""
    story.finish()
    report = story.report()
    assert report.ok, report.examples
    assert report.balance is not None
    assert report.balance.raw == sum(report.balance.ends.values()) == 2 * len(KINDS) + 2
    assert report.to_json()["retractions"] == {"records": 2, "by_rule": {UNDO.rule_id: 2}}
    assert report.replays.current == {"dead_lettered": 2}, "no rule is left that may repair them"


Wrong = Callable[[Undoings], None]


def of(story: Undoings, role: TopicRole) -> int:
    """The place of the first record of the undo in the list of a topic."""
    return len(story.records[role]) - 2


def retraction_lost(story: Undoings) -> None:
    story.records[REMEDIATED].pop()


def retraction_twice(story: Undoings) -> None:
    last = story.records[REMEDIATED][-1]
    story.records[REMEDIATED].append(replace(last, offset=last.offset + 1))


def with_a_value(story: Undoings) -> None:
    story.change(REMEDIATED, of(story, REMEDIATED), value=b"{}")


def with_another_key(story: Undoings) -> None:
    story.change(REMEDIATED, of(story, REMEDIATED), key=b"other")


def on_another_partition(story: Undoings) -> None:
    story.change(REMEDIATED, of(story, REMEDIATED), partition=1, offset=9)


def of_a_trace_that_passed(story: Undoings) -> None:
    story.relabel(REMEDIATED, of(story, REMEDIATED), src=b"traces.raw/0/0", retracts=b"traces.raw/0/0")


def of_no_source(story: Undoings) -> None:
    story.relabel(REMEDIATED, of(story, REMEDIATED), retracts=b"somewhere")


def of_another_source_than_it_says(story: Undoings) -> None:
    story.relabel(REMEDIATED, of(story, REMEDIATED), retracts=b"traces.raw/0/2")


def of_another_rule(story: Undoings) -> None:
    story.relabel(REMEDIATED, of(story, REMEDIATED), replay_without=b"another@1")


def as_an_outcome(story: Undoings) -> None:
    at = of(story, REMEDIATED)
    headers = (*story.records[REMEDIATED][at].headers, (names.OUTCOME, b"remediated"))
    story.change(REMEDIATED, at, headers=headers)


def event_lost(story: Undoings) -> None:
    story.records[RECEIPTS].pop()


def event_twice(story: Undoings) -> None:
    story.records[RECEIPTS].append(story.records[RECEIPTS][-1])


def event_of_another_source(story: Undoings) -> None:
    place = {"topic": "traces.raw", "partition": 1, "offset": 4}
    story.edit(RECEIPTS, of(story, RECEIPTS), source=place)


AFTER: dict[Wrong, FindingKind] = {
    retraction_lost: FindingKind.REPLAY_MISMATCH,
    retraction_twice: FindingKind.DOUBLED,
    with_a_value: FindingKind.ALTERED,
    with_another_key: FindingKind.ALTERED,
    on_another_partition: FindingKind.MISPLACED,
    of_a_trace_that_passed: FindingKind.INVENTED,
    of_no_source: FindingKind.INVENTED,
    of_another_source_than_it_says: FindingKind.ALTERED,
    of_another_rule: FindingKind.REPLAY_MISMATCH,
    as_an_outcome: FindingKind.ALTERED,
    event_lost: FindingKind.RECEIPTS_MISMATCH,
    event_twice: FindingKind.RECEIPTS_MISMATCH,
    event_of_another_source: FindingKind.RECEIPTS_MISMATCH,
}


@pytest.mark.parametrize(("wrong", "expected"), AFTER.items())
def test_what_is_wrong_with_a_retraction_is_found(
    story: Undoings, wrong: Wrong, expected: FindingKind
) -> None:
    story.finish()
    wrong(story)
    assert expected in story.kinds()


def test_a_retraction_without_a_new_try_is_found(story: Undoings) -> None:
    """Whoever reads traces would have nothing in its place."""
    story.records[RAW].pop()
    story.finish()
    assert FindingKind.REPLAY_MISMATCH in story.kinds()
