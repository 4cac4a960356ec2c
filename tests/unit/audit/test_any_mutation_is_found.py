"""Property: a right run of any shape has no finding, and no single change to its outcomes goes unseen."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.agents.audit.finding import FindingKind
from assay.agents.audit.testing import Story
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole

ROLES = st.sampled_from([TopicRole.VALID, TopicRole.VALID, TopicRole.INVALID, TopicRole.DEAD_LETTER])
BYTES = st.none() | st.binary(max_size=6)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["app", "assay-src", "assay-subject", "traceparent"]), st.binary(max_size=4)),
    max_size=3,
)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Transactions of one to five records, on one to three partitions, with holes, some still in flight."""
    story = Story()
    partitions = draw(st.integers(1, 3))
    for _ in range(draw(st.integers(1, 4))):
        batch: list[tuple[RawRecord, TopicRole]] = []
        for _ in range(draw(st.integers(1, 5))):
            raw = story.publish(
                draw(st.integers(0, partitions - 1)),
                key=draw(BYTES),
                value=draw(BYTES),
                headers=tuple(draw(HEADERS)),
                hole=draw(st.sampled_from([0, 0, 1])),
            )
            batch.append((raw, draw(ROLES)))
        story.transaction(batch)
    for _ in range(draw(st.integers(0, 2))):
        story.publish(draw(st.integers(0, partitions - 1)))
    return story


@settings(deadline=None)
@given(stories())
def test_a_right_run_has_no_finding_and_every_record_is_counted_once(story: Story) -> None:
    report = story.report()
    assert report.ok, report.examples
    assert report.raw == report.accounted + report.in_flight == len(story.raw)
    assert sum(report.outcomes.values()) == report.accounted


@settings(deadline=None)
@given(stories(), st.data())
def test_a_dropped_outcome_is_found(story: Story, data: st.DataObject) -> None:
    del story.outcomes[data.draw(st.integers(0, len(story.outcomes) - 1))]
    assert story.report().counts[FindingKind.MISSING] == 1


@settings(deadline=None)
@given(stories(), st.data())
def test_a_doubled_outcome_is_found(story: Story, data: st.DataObject) -> None:
    role, record = data.draw(st.sampled_from(story.outcomes))
    story.outcomes.append((role, replace(record, offset=1000)))
    assert story.report().counts[FindingKind.DOUBLED] == 1


@settings(deadline=None)
@given(stories(), st.data())
def test_an_outcome_moved_elsewhere_is_found(story: Story, data: st.DataObject) -> None:
    """To another partition, to another topic, or behind its followers."""
    index = data.draw(st.integers(0, len(story.outcomes) - 1))
    role, record = story.outcomes[index]
    to = data.draw(st.sampled_from(["partition", "topic", "end"]))
    way = _way(record)
    followed = any(_way(other) == way and other.offset > record.offset for _, other in story.outcomes)
    match to:
        case "partition" if role is not TopicRole.DEAD_LETTER:
            story.outcomes[index] = (role, replace(record, partition=record.partition + 1))
        case "end" if followed:
            story.outcomes[index] = (role, replace(record, offset=1000))
        case _:
            other = TopicRole.VALID if role is not TopicRole.VALID else TopicRole.INVALID
            story.outcomes[index] = (other, replace(record, topic=other.value))
    assert not story.report().ok


@settings(deadline=None)
@given(stories(), st.data())
def test_an_altered_outcome_is_found(story: Story, data: st.DataObject) -> None:
    """Any one byte of key, value or headers of a passing trace; any of our headers; any byte of an envelope."""
    index = data.draw(st.integers(0, len(story.outcomes) - 1))
    role, record = story.outcomes[index]
    part = data.draw(st.sampled_from(["key", "value", "headers"]))
    if role is not TopicRole.VALID:
        part = data.draw(st.sampled_from(["value", "headers"]))
    if part == "headers":
        # The bundle and reason of one record cannot be known to be wrong by themselves; that they are there can.
        position = data.draw(st.integers(0, len(record.headers) - 1))
        changed = replace(record, headers=(*record.headers[:position], *record.headers[position + 1 :]))
    elif part == "key":
        changed = replace(record, key=_other(record.key, data))
    else:
        changed = replace(record, value=_other(record.value, data, record.value or b""))
    story.outcomes[index] = (role, changed)
    assert not story.report().ok


@settings(deadline=None)
@given(stories(), st.data())
def test_a_dropped_or_doubled_tally_is_found(story: Story, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(story.tallies) - 1))
    if data.draw(st.booleans()):
        del story.tallies[index]
        assert FindingKind.TALLY_GAP in story.report().counts
    else:
        story.tallies.append(story.tallies[index])
        assert FindingKind.TALLY_OVERLAP in story.report().counts


def _way(outcome: RawRecord) -> tuple[str, str, int]:
    """From which raw partition to which outcome partition."""
    source = dict(outcome.headers)["assay-src"] or b""
    return source.decode().rpartition("/")[0], outcome.topic, outcome.partition


def _other(was: bytes | None, data: st.DataObject, keep: bytes = b"") -> bytes | None:
    """Bytes that differ; of an envelope (``keep``), with one byte dropped, so that its JSON or seal breaks."""
    if keep[:1] == b"{" and len(keep) > 10:
        return keep[:-1]
    return data.draw(BYTES.filter(lambda drawn: drawn != was))
