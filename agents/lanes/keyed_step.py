"""What a keyed lane runs: one pure function over the state of a key, with time as an input (DESIGN 5)."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record


class Stepped(NamedTuple):
    """What a step makes of a key: its new state, and what else is to be written in the same transaction.

    A ``state`` that equals the one that came in is not written again; ``None`` removes the key from the
    state topic (a tombstone). ``effects`` go wherever they say, in order; never to the state topic.
    ``refused`` is for a record that cannot be taken in (unreadable, about a key that does not exist): a word why,
    like ``unreadable``. The record is then set aside on ``dlq.quality``; state and effects are used all the same.
    """

    state: bytes | None
    effects: Sequence[Outgoing] = ()
    refused: str = ""


class KeyedStep(Protocol):
    """A keyed lane's pure part. No clock, no randomness: the same arguments give the same answer.

    A step that was done and not committed (a crash, a rebalance) is done again, perhaps at a later ``now_ns``: what
    it writes has ids made of what caused it (source of the record, key and step), never of the time.
    None of the four may raise for what a record or a state holds. If one does, the state stays as it was,
    the record is set aside on ``dlq.quality`` and the lane goes on (see ``lanes/keyed_refusal.py``).
    """

    def key_of(self, record: Record) -> bytes:
        """Which key's state the record is about; usually the record's own key.

        The state lies on the partition number of the record: all records of a key must have the same.
        """
        ...

    def step(self, state: bytes | None, record: Record, now_ns: int) -> Stepped:
        """Take in one record; ``state`` is ``None`` for a key that has none. Records of a partition come in order;
        those of two topics with the same key in any order.
        """
        ...

    def due(self, state: bytes) -> int | None:
        """When the key wants a tick (nanoseconds since 1970); ``None`` for never. A function of the state alone:
        asked for every state that is written or read back, so that ticks survive restarts.
        """
        ...

    def tick(self, state: bytes, key: bytes, now_ns: int) -> Stepped:
        """Time has come: ``due(state) <= now_ns``. The new state's ``due`` must lie after ``now_ns``, or be ``None``."""
        ...
