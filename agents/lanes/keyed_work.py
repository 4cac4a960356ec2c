"""The work of one transaction of a keyed lane: steps over a copy of the state that is kept only if it is committed."""

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assay.agents.topics import TOPICS, topic_name
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.cloud_event import event_headers
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Record, source_of
from assay.pipeline.core.topics import TopicRole

from .keyed_refusal import Cause, fits, refused_record, refused_tick
from .keyed_state import KeyedState, Place
from .keyed_step import KeyedStep, Stepped

log = logging.getLogger(__name__)

STATE_OVERHEAD = 4096
"""Bytes that headers and a batch add to a state, of which the key is there twice more, and then some."""


@dataclass(frozen=True, slots=True)
class KeyedLaneSpec:
    """Which keyed lane this is: its name, the topics that it reads, the one of its state, and its pure part.

    All of these topics have as many partitions as each other.
    """

    name: str
    roles: tuple[TopicRole, ...]
    state: TopicRole
    state_type: str
    """The CloudEvents type of the records of the state topic."""
    step: KeyedStep


class KeyedWork:
    """Takes records and ticks in, one after the other; then :meth:`finish` says what to write."""

    def __init__(self, spec: KeyedLaneSpec, state: KeyedState, group: str, prefix: str) -> None:
        self._spec = spec
        self._step = spec.step
        self._state = state
        self._group = group
        self._prefix = prefix
        self._effects: list[Outgoing] = []
        self._changes: dict[Place, bytes | None] = {}
        self._causes: dict[Place, tuple[str, int]] = {}
        """What changed each key last, and when."""
        self._most_state = TOPICS[spec.state].max_message_bytes - STATE_OVERHEAD
        self.muted: list[Place] = []
        """Keys whose tick was refused: none of theirs until their state changes."""
        self.size = 0
        """Bytes to write, about."""

    def take(self, record: Record, now_ns: int) -> None:
        """Let the step take in a record. Never raises for what it holds."""

        def step() -> tuple[Place, Stepped]:
            place = Place(record.partition, self._step.key_of(record))
            return place, self._step.step(self._now(place), record, now_ns)

        why = self._try(step, Cause.STEP_FAILED, str(source_of(record)), now_ns)
        if why:
            log.error("%s does not take in %s: %s", self._spec.name, source_of(record), why)
            self._add(refused_record(record, self._group, f"{self._spec.name}: {why}"))

    def tick(self, place: Place, now_ns: int) -> None:
        """Let the step know that a key's time has come. Never raises for what its state holds."""
        state = self._now(place)
        if state is None:
            return

        def tick() -> tuple[Place, Stepped]:
            stepped = self._step.tick(state, place.key, now_ns)
            due = None if stepped.state is None else self._step.due(stepped.state)
            if due is not None and due <= now_ns:
                raise _StandsStillError
            return place, stepped

        cause = f"{_text(place.key)}/tick/{self._step_due(state)}"
        why = self._try(tick, Cause.TICK_FAILED, cause, now_ns)
        if why:
            log.error("%s: no tick for a key on partition %d: %s", self._spec.name, place.partition, why)
            self.muted.append(place)
            topic = topic_name(self._spec.state, self._prefix)
            kept = RawRecord(topic, place.partition, -1, -1, place.key, state)
            self._add(refused_tick(kept, self._group, f"{self._spec.name}: {why}"))

    def refuse_killer(self, record: Record, deaths: int) -> None:
        """Set a record aside that ended ``deaths`` processes, without looking into it (rule 10)."""
        log.error("%s: record %s ends processes, set aside unread", self._spec.name, source_of(record))
        why = f"{self._spec.name}: {Cause.WORKER_CRASH}"
        self._add(refused_record(record, self._group, why, deaths))

    @property
    def changes(self) -> Mapping[Place, bytes | None]:
        """The states that are not as they were."""
        return {place: state for place, state in self._changes.items() if state != self._state.get(place)}

    def finish(self) -> list[Outgoing]:
        """Everything to write: the effects in order, then the last state of every key that changed."""
        return [*self._effects, *(self._record(place, state) for place, state in self.changes.items())]

    def _now(self, place: Place) -> bytes | None:
        return self._changes[place] if place in self._changes else self._state.get(place)

    def _step_due(self, state: bytes) -> int | None:
        try:
            return self._step.due(state)
        except Exception:  # noqa: BLE001 - the edge, as in `_try`; the tick itself will say what is wrong
            return None

    def _try(
        self, act: Callable[[], tuple[Place, Stepped]], otherwise: Cause, cause: str, now_ns: int
    ) -> str:
        """Take in what it makes; why not, when it cannot be, with nothing of it taken."""
        try:
            place, stepped = act()
            changed = stepped.state != self._now(place)
            effects = list(stepped.effects)
            if 4 * len(place.key) + len(stepped.state or b"") > self._most_state or not all(
                map(fits, effects)
            ):
                return Cause.TOO_LARGE
            if any(effect.role is self._spec.state for effect in effects):
                return Cause.EFFECT_ON_STATE
        except _StandsStillError:
            return Cause.TICK_STANDS_STILL
        except Exception as error:  # noqa: BLE001 - the edge: one record must not stop its partition (D-16)
            # The text of the error may quote the record, the place in the code does not.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = frame.filename.rpartition("/")[2]
            return f"{otherwise} ({type(error).__name__} at {where}:{frame.lineno})"
        for effect in effects:
            self._add(effect)
        if changed:
            # Of several changes only the last is written.
            self.size -= len(self._changes.get(place) or b"")
            self._changes[place] = stepped.state
            self._causes[place] = cause, now_ns
            self.size += len(stepped.state or b"")
        return stepped.refused

    def _record(self, place: Place, state: bytes | None) -> Outgoing:
        cause, now_ns = self._causes[place]
        subject = _text(place.key)
        headers = event_headers(
            event_id=f"{subject}@{cause}",
            source=f"/assay/{self._spec.name}",
            event_type=self._spec.state_type,
            at=rfc3339(now_ns),
            subject=subject,
        )
        return Outgoing(self._spec.state, place.partition, place.key, state, headers, None)

    def _add(self, outgoing: Outgoing) -> None:
        self._effects.append(outgoing)
        self.size += len(outgoing.value or b"")


class _StandsStillError(Exception):
    """A tick that wants another one at once would be repeated for ever."""


def _text(key: bytes) -> str:
    return key.decode("utf-8", "replace")
