"""Batches that swell are cut into transactions that do not."""

from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.lanes.parts import parts_of
from assay.agents.transport.protocol import Fetched
from assay.pipeline.core.record import RawRecord

SIZES = st.dictionaries(st.integers(0, 3), st.lists(st.integers(0, 12), min_size=1, max_size=12), max_size=4)


def fetched(sizes: dict[int, list[int]]) -> Fetched:
    """Records with holes between their offsets, and positions behind the last."""
    records = {
        TopicPartition("t", partition): [
            RawRecord("t", partition, 3 * index, 0, None, b"x" * size) for index, size in enumerate(row)
        ]
        for partition, row in sizes.items()
    }
    return Fetched(records, {partition: 3 * len(rows) + 5 for partition, rows in records.items()})


@given(SIZES, st.integers(1, 20))
def test_parts_hold_every_record_once_in_order_and_no_part_is_too_large(
    sizes: dict[int, list[int]], most: int
) -> None:
    """Promise 1: cutting loses nothing and doubles nothing."""
    whole = fetched(sizes)
    parts = list(parts_of(whole, most))
    for partition, records in whole.records.items():
        again = [record for part in parts for record in part.records.get(partition, ())]
        assert again == list(records)
    for part in parts:
        values = [record.value or b"" for records in part.records.values() for record in records]
        assert sum(map(len, values)) <= most or len(values) == 1


@given(SIZES, st.integers(1, 20))
def test_after_each_part_the_positions_lie_between_what_is_done_and_what_is_left(
    sizes: dict[int, list[int]], most: int
) -> None:
    """Rule 4: whatever part was the last to be committed, reading goes on at the right record."""
    whole = fetched(sizes)
    left = {partition: list(records) for partition, records in whole.records.items()}
    positions: dict[TopicPartition, int] = {}
    for part in parts_of(whole, most):
        for partition, records in part.records.items():
            del left[partition][: len(records)]
            positions[partition] = part.positions[partition]
            assert records[-1].offset < positions[partition]
            assert not left[partition] or positions[partition] <= left[partition][0].offset
    assert positions == dict(whole.positions)
