"""Slots: what owns what, for ever and for everybody alike (DESIGN 5, rule 2)."""

from hypothesis import given
from hypothesis import strategies as st

from assay.agents.transport.slots import default_slots, partitions_of, share_out, slot_of


@given(st.integers(1, 200), st.integers(1, 200))
def test_every_partition_belongs_to_exactly_one_slot(partitions: int, slots: int) -> None:
    owned = [partitions_of(slot, slots, partitions) for slot in range(slots)]
    assert sorted(partition for row in owned for partition in row) == list(range(partitions))
    assert all(slot_of(partition, slots) == slot for slot, row in enumerate(owned) for partition in row)


@given(st.lists(st.uuids().map(str), min_size=1, max_size=12, unique=True), st.integers(1, 64))
def test_every_slot_has_exactly_one_member_and_shares_are_even(members: list[str], slots: int) -> None:
    shares = share_out(members, slots)
    assert shares == share_out(members[::-1], slots), "all members must come to the same result"
    assert sorted(slot for row in shares.values() for slot in row) == list(range(slots))
    sizes = [len(row) for row in shares.values()]
    assert max(sizes) - min(sizes) <= 1


def test_by_default_each_expected_worker_has_two_slots_and_no_slot_is_empty() -> None:
    assert default_slots(partitions=8, expected_workers=1) == 2
    assert default_slots(partitions=48, expected_workers=3) == 6
    assert default_slots(partitions=3, expected_workers=4) == 3
