"""Which of many words get a label of their own: those that count most, of late (D-06)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from heapq import nlargest

WATCHED = 10
"""For each label, so many candidates are counted."""
CLEARLY_MORE = 2
"""A newcomer must have so many times what the least labelled word has: a series that comes and goes helps nobody."""


@dataclass(slots=True)
class TopLabels:
    """At most ``most`` words at a time have a label; memory is bounded however many there are.

    Counts are those of a sketch of frequent items (Misra and Gries, 1982; space-saving is the same one seen from above):
    a word may count for less than it has, never for more, so nobody gets a label by luck.
    """

    most: int
    labelled: set[str] = field(default_factory=set)
    _counts: dict[str, int] = field(default_factory=dict)

    def meet(self, word: str) -> bool:
        """Give a word its label before it counts, while there are any: a series is to begin at zero (D-04).

        Whether it was given one now.
        """
        if word in self.labelled or len(self.labelled) >= self.most:
            return False
        self.labelled.add(word)
        return True

    def take(self, counts: Mapping[str, int]) -> Collection[str]:
        """Count, and give labels anew; the words that lost theirs."""
        for word, number in counts.items():
            self._add(word, number)
            self.meet(word)
        lost = []
        others = [word for word in counts if word not in self.labelled]
        for word in nlargest(self.most, others, key=self._count):
            least = min(self.labelled, key=lambda each: (self._count(each), each))
            if self._count(word) <= CLEARLY_MORE * self._count(least):
                break
            self.labelled.remove(least)
            self.labelled.add(word)
            lost.append(least)
        return lost

    def fade(self) -> None:
        """Halve what was counted: what matters is of late."""
        self._counts = {word: count // 2 for word, count in self._counts.items() if count > 1}

    def _count(self, word: str) -> int:
        return self._counts.get(word, 0)

    def _add(self, word: str, number: int) -> None:
        while number > 0 and word not in self._counts and len(self._counts) >= self.most * WATCHED:
            # Everybody gives as much, the newcomer too: paid for by what was counted before, so it is rare.
            least = min(number, *self._counts.values())
            self._counts = {each: count - least for each, count in self._counts.items() if count > least}
            number -= least
        if number > 0:
            self._counts[word] = self._count(word) + number
