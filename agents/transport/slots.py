"""Slots: the unit of ownership. A slot is a fixed set of partitions with one producer (DESIGN 5, rule 2)."""

from collections.abc import Mapping, Sequence

MOST_SLOTS_BY_DEFAULT = 8


def default_slots(partitions: int) -> int:
    """One partition a slot up to 8 partitions, then 8 slots: more producers than that cost latency."""
    return min(partitions, MOST_SLOTS_BY_DEFAULT)


def slot_of(partition: int, slots: int) -> int:
    """The slot that a partition belongs to, for ever."""
    return partition % slots


def partitions_of(slot: int, slots: int, partitions: int) -> list[int]:
    """The partitions of a slot, ascending."""
    return list(range(slot, partitions, slots))


def share_out(members: Sequence[str], slots: int) -> Mapping[str, list[int]]:
    """Whole slots to members, as evenly as can be; the same for the same input, whatever its order."""
    ordered = sorted(members)
    return {member: list(range(index, slots, len(ordered))) for index, member in enumerate(ordered)}
