"""Slots: the unit of ownership. A slot is a fixed set of partitions with one producer (DESIGN 5, rule 2)."""

from collections.abc import Mapping, Sequence

SLOTS_PER_WORKER = 2
"""One waits for the broker while the other judges; each further one makes transactions smaller and dearer.

On 48 partitions and one worker, two slots had a third of the p99 latency of eight.
"""


def default_slots(partitions: int, expected_workers: int) -> int:
    """Two slots for every worker that is expected, but none without a partition."""
    return min(partitions, SLOTS_PER_WORKER * expected_workers)


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
