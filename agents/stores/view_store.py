"""What a projection needs of the place where its view is kept, and the same in memory.

One behaviour suite, ``tests/broker/views/test_stores.py``, holds Redis and memory to these contracts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.word import Word
from assay.pipeline.views import Delta, Image


class ViewUnavailableError(TransientError):
    """The view cannot be reached, or takes nothing now: try again later, and let traces flow meanwhile."""


class Answer(Word):
    """What became of a run of records that was to be applied."""

    APPLIED = "applied"
    HELD = "held"
    """Somebody reads the view and wants it still: try again in a moment."""
    OTHER_GENERATION = "other_generation"
    """The view was made anew, or lost: open it again."""
    MOVED = "moved"
    """Its position is another one: nothing was changed. Read it and go on there."""
    DAMAGED = "damaged"
    """A key is not what it should be: nothing was changed, and nothing can be, until the view is rebuilt."""


class Kept(NamedTuple):
    """How far a view has come on one partition."""

    began: int
    """The offset of the first record that it may hold."""
    position: int
    """The offset to go on with."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A view as it is found."""

    generation: str
    positions: Mapping[str, Kept]
    """By ``topic/partition``."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of records of one partition, folded."""

    partition: str
    before: int | None
    """The position that the view must have; ``None`` = none."""
    after: int
    began: int
    """Where reading began, for a view that has no position yet."""
    deltas: Sequence[Delta]


class ViewStore(Protocol):
    """A view. Every method raises :class:`ViewUnavailableError`, after about a second at the latest."""

    async def open(self) -> Opened:
        """The view's generation and positions. Begins a new, empty generation when there is none."""
        ...

    async def apply(self, generation: str, run: Run) -> Answer:
        """Apply a run and move the position, both or neither. Once: a second time the answer is ``MOVED``.

        After an error it may have been applied, or may yet be: apply the same run again.
        """
        ...

    async def forget(self, generation: str) -> None:
        """Begin a new generation, unless somebody else did."""
        ...

    async def close(self) -> None:
        """Disconnect. Never raises."""
        ...


class MemoryViewStore:
    """A :class:`ViewStore` that lasts as long as the process."""

    def __init__(self) -> None:
        self.image = Image()
        self.generation = 0
        self.positions: dict[str, Kept] = {}
        self.held = False
        self.unavailable = False

    async def open(self) -> Opened:
        """See :class:`ViewStore`."""
        self._check()
        return Opened(str(self.generation), dict(self.positions))

    async def apply(self, generation: str, run: Run) -> Answer:
        """See :class:`ViewStore`."""
        self._check()
        if self.held:
            return Answer.HELD
        if generation != str(self.generation):
            return Answer.OTHER_GENERATION
        kept = self.positions.get(run.partition)
        if (kept.position if kept else None) != run.before:
            return Answer.MOVED
        self.image.take(run.deltas)
        self.positions[run.partition] = Kept(kept.began if kept else run.began, run.after)
        return Answer.APPLIED

    async def forget(self, generation: str) -> None:
        """See :class:`ViewStore`."""
        self._check()
        if generation == str(self.generation):
            self.lose()

    def lose(self) -> None:
        """Lose everything, as an emptied server does."""
        self.generation += 1
        self.positions.clear()
        self.image = Image()

    async def close(self) -> None:
        """See :class:`ViewStore`."""

    def _check(self) -> None:
        if self.unavailable:
            raise ViewUnavailableError("switched off")
