"""Which records a slot of a keyed lane suspects of ending processes (rule 10).

Notes say which ranges were open when a process died. After two deaths over a range its records are taken in one a
transaction, so that the next death names one record; the record that then ends two more processes is set aside.
"""

from collections.abc import Mapping, Sequence

from assay.agents.transport.protocol import TopicPartition

from .notes import CrashNotes, OpenNote

APART_DEATHS = 2
"""Deaths over a range after which its records are taken in one by one."""
KILLER_DEATHS = 4
"""Deaths after which the one record that was open is the killer: two in a batch, two alone."""


class Suspects:
    """The suspicion of one slot. Best effort, as the notes are."""

    def __init__(self, notes: CrashNotes, slot: int, partitions: Sequence[TopicPartition]) -> None:
        self._notes = notes
        self._slot = slot
        self._topics = sorted({partition.topic for partition in partitions})
        self._until: dict[TopicPartition, int] = {}
        self._deaths: dict[TopicPartition, int] = {}

    async def recall(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read the notes: what was open and is not committed ended in a death, its own doing or not."""
        for topic in self._topics:
            note = await self._notes.read(self._name(topic))
            if note is None:
                continue
            for partition, (first, last) in note.ranges.items():
                where = TopicPartition(topic, partition)
                if where in positions and first <= positions[where] < last:
                    self._until[where] = last
                    self._deaths[where] = note.deaths + 1

    def deaths(self, where: TopicPartition) -> int:
        """How many processes ended over what comes next on the partition."""
        return self._deaths.get(where, 0)

    def is_apart(self, where: TopicPartition) -> bool:
        """Whether the partition's next record is to be taken in alone."""
        return self.deaths(where) >= APART_DEATHS

    def is_killer(self, where: TopicPartition) -> bool:
        """Whether the partition's next record is the one that ends processes."""
        return self.deaths(where) >= KILLER_DEATHS

    async def note(
        self, first: Mapping[TopicPartition, int], following: Mapping[TopicPartition, int]
    ) -> None:
        """Say that these ranges are about to be worked on."""
        for topic in {where.topic for where in following}:
            ranges = {
                where.partition: (first[where], last)
                for where, last in following.items()
                if where.topic == topic
            }
            deaths = max(self.deaths(where) for where in following if where.topic == topic)
            await self._notes.write(self._name(topic), OpenNote(ranges, deaths))

    def committed(self, positions: Mapping[TopicPartition, int]) -> None:
        """The work up to there is done, and did not kill: what comes next is suspected anew."""
        for where, position in positions.items():
            if where not in self._until:
                continue
            if self._until[where] <= position:
                del self._until[where], self._deaths[where]
            else:
                self._deaths[where] = min(self._deaths[where], APART_DEATHS)

    async def clear(self) -> None:
        """Nothing is open."""
        for topic in self._topics:
            await self._notes.clear(self._name(topic))

    def _name(self, topic: str) -> str:
        return f"{self._slot}/{topic}"
