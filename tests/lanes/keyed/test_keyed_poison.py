"""Records that a keyed lane cannot take in: nothing is lost, the lane goes on, the operator is told (D-15, D-16)."""

from typing import Any

import pytest

from assay.agents.lanes.notes import OpenNote
from assay.agents.settings import load_settings
from assay.pipeline.core.topics import TopicRole

from .conftest import FIRST, Site


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"raise": "secret 4711"}, b"count: step_failed (RuntimeError at conftest.py:"),
        ({"refuse": "unreadable"}, b"count: unreadable"),
        ({"huge": True}, b"count: too_large"),
    ],
)
async def test_it_is_set_aside_as_it_came_and_its_neighbours_go_on(
    site: Site, caplog: pytest.LogCaptureFixture, wanted: dict[str, Any], why: bytes
) -> None:
    """With where it lay and why, by the headers that Kafka's tools know; never with what the error said."""
    before = site.put("a", add=1)
    source = site.put("a", **wanted)
    behind = site.put("a", add=1)
    lane = await site.started()
    await site.until_read(lane)
    assert site.effects() == sorted([before, behind])
    assert site.states() == {"a": 2}
    (refused,) = site.refused()
    (original,) = [record for record in site.log.visible(FIRST.value) if source.endswith(f"/{record.offset}")]
    assert (refused.key, refused.value) == (original.key, original.value)
    headers = dict(refused.headers)
    where = [(headers[f"__dlq.errors.{name}"] or b"").decode() for name in ("topic", "partition", "offset")]
    assert "/".join(where) == source
    assert (headers["__dlq.errors.message"] or b"").startswith(why)
    assert source in caplog.text
    assert "4711" not in caplog.text
    assert b"4711" not in (headers["__dlq.errors.message"] or b"")


async def test_a_record_without_a_key_is_set_aside(site: Site) -> None:
    """Nobody's state: `key_of` raises."""
    site.put_bytes(None, b'{"add": 1}')
    lane = await site.started()
    await site.until_read(lane)
    assert len(site.refused()) == 1
    assert site.effects() == []


async def test_garbage_in_a_state_stops_only_its_key(site: Site) -> None:
    """Somebody wrote to the state topic by hand."""
    from aiokafka import TopicPartition

    from assay.agents.transport.partitioner import partition_of

    where = TopicPartition(TopicRole.ISSUE_GROUPS.value, partition_of(b"a", 4))
    site.log.append(where, b"a", b"\xff no state")
    site.put("a", add=1)
    fine = site.put("b", add=1)
    lane = await site.started()
    await site.until_read(lane)
    assert site.effects() == [fine]
    assert len(site.refused()) == 1


async def test_one_death_over_a_range_changes_nothing(site: Site) -> None:
    """A worker that was killed by its operator leaves no suspicion, only a count."""
    site.settings = load_settings(slots=1)
    source = site.put("a")
    partition = int(source.split("/")[1])
    site.notes.kept[f"0/{FIRST.value}"] = OpenNote({partition: (0, 1)}, deaths=0)
    lane = await site.started()
    await site.until_read(lane)
    assert site.notes.written[0].deaths == 1
    site.assert_exact()


async def test_after_two_deaths_records_are_taken_in_one_by_one(site: Site) -> None:
    """Rule 10: the next death names one record. Other partitions are not slowed down."""
    site.settings = load_settings(slots=1)
    sources = [site.put("a", add=number) for number in range(5)]
    partition = int(sources[0].split("/")[1])
    site.notes.kept[f"0/{FIRST.value}"] = OpenNote({partition: (0, 5)}, deaths=1)
    lane = await site.started()
    await site.until_read(lane)
    ranges = [note.ranges[partition] for note in site.notes.written if partition in note.ranges]
    assert ranges == [(number, number + 1) for number in range(5)]
    assert all(note.deaths == 2 for note in site.notes.written)
    site.assert_exact()


async def test_a_record_that_did_not_kill_passes_no_suspicion_on_to_the_next(site: Site) -> None:
    """A process died once over a record alone; the record then went through: its neighbours have killed nobody."""
    site.settings = load_settings(slots=1)
    sources = [site.put("a", add=number) for number in range(4)]
    partition = int(sources[0].split("/")[1])
    site.notes.kept[f"0/{FIRST.value}"] = OpenNote({partition: (0, 4)}, deaths=2)
    lane = await site.started()
    await site.until_read(lane)
    assert [note.deaths for note in site.notes.written] == [3, 2, 2, 2]
    site.assert_exact()


async def test_a_record_that_ended_two_processes_alone_is_set_aside_unread(site: Site) -> None:
    """The killer loses its turn, its neighbours do not; what comes behind it is under suspicion no longer than the range."""
    site.settings = load_settings(slots=1)
    sources = [site.put("a", add=number) for number in range(4)]
    partition = int(sources[0].split("/")[1])
    site.notes.kept[f"0/{FIRST.value}"] = OpenNote({partition: (0, 1)}, deaths=3)
    lane = await site.started()
    await site.until_read(lane)
    assert site.effects() == sources[1:]
    (refused,) = site.refused()
    headers = dict(refused.headers)
    assert headers["__dlq.errors.message"] == b"count: worker_crash"
    assert headers["__dlq.errors.delivery.count"] == b"4"
    assert headers["__dlq.errors.offset"] == b"0"


async def test_a_range_that_was_committed_after_all_was_no_death(site: Site) -> None:
    site.settings = load_settings(slots=1)
    source = site.put("a")
    partition = int(source.split("/")[1])
    site.notes.kept[f"0/{FIRST.value}"] = OpenNote({partition: (0, 0)}, deaths=9)
    lane = await site.started()
    await site.until_read(lane)
    assert site.notes.written[0].deaths == 0
    site.assert_exact()


async def test_a_graceful_stop_leaves_no_note(site: Site) -> None:
    site.put_many(10)
    lane = await site.started()
    await site.until_read(lane)
    await lane.stop()
    assert site.notes.kept == {}
