"""A quick look that tells most clean traces from all others; who does not pass it is judged in full.

It may doubt a clean trace, which costs time. It must not pass one that the full judgement finds anything wrong
with: ``tests/unit/detect/business`` holds the two against each other.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from ..core.document import Json
from ..core.trace import Trace
from ..policy.business_settings import Presence, Source, SubjectBusiness, Total, Trust
from ..policy.subject import Subject
from .business_states import known_statuses
from .business_totals import adds_up, amount
from .business_trust import least_score
from .moments import parse_moment
from .view import MOST_STEPS, key_of

_DATE: Final = 11
"""Characters of a time up to its ``T``."""
_ANY_LENGTH: Final = 1 << 62
_READ_ERROR_US: Final = 2
"""What a duration can be off when both of its times are cut off after a microsecond."""
_read = datetime.fromisoformat
_USUAL, _FAILED, _UNFINISHED = range(3)
"""What a step's status means to the quick look."""

Group = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Where an object is, which of its members must be there, and which must say something."""


class BusinessGlance:
    """What the quick look needs, compiled for one subject."""

    def __init__(self, subject: Subject, settings: SubjectBusiness) -> None:
        pointers, members, patterns = subject.pointers, settings.steps, settings.patterns
        places = (pointers.status, pointers.time, pointers.end, pointers.steps, pointers.trust_score)
        self._status, self._started, self._ended, self._steps, self._score = map(key_of, places)
        self._totals = tuple(_quick_total(total) for total in settings.totals if _is_simple(total))
        self._can_look = (
            not any(tokens is not None and len(tokens) != 1 for tokens in places)
            and len(self._totals) == len(settings.totals)
            and (not settings.unclear.step_fields or settings.unclear.step_fields == (members.name,))
        )
        known = known_statuses(settings.states)
        self._rows = {
            status: (
                state.ended is Presence.REQUIRED,
                state.ended is not Presence.FORBIDDEN,
                _kinds(settings, known if state.steps is None else state.steps),
                _groups(settings, status),
            )
            for status, state in settings.states.items()
        }
        """Status → must there be an end, may there be one, what steps may be, what must say something."""
        self._members = (
            members.id,
            members.parent,
            members.status,
            members.started,
            members.ended,
            members.name,
        )
        self._most_steps = min(patterns.most_repeats or MOST_STEPS, MOST_STEPS)
        self._most_failures = patterns.most_failures or _ANY_LENGTH
        self._minimum = _minimum(settings.trust) if self._score is not None else None
        self._words = settings.unclear.words
        self._step_words = settings.unclear.words if settings.unclear.step_fields else frozenset[str]()

    def is_clean(self, trace: Trace) -> bool:
        """Whether nothing can be wrong."""
        document: Any = trace.document
        if not self._can_look or type(document) is not dict:
            return False
        try:
            needs_end, may_end, kinds, groups = self._rows[document[self._status]]
            started, ended = document[self._started], document.get(self._ended)
            if ended is None:
                if needs_end:
                    return False
            elif (
                not may_end
                or started > ended
                or len(ended) != len(started)
                or ended[-1] != "Z"
                or started[:_DATE] != ended[:_DATE]
            ):
                return False
            if self._minimum is not None:
                score = document.get(self._score)
                if score is not None and not score >= self._minimum(document):
                    return False
            return (
                self._are_clean(document[self._steps], started, ended, kinds)
                and (ended is None or self._add_up(document, started, ended))
                and self._say_something(document, groups)
            )
        except (TypeError, AttributeError, LookupError, ValueError, OverflowError):
            return False  # not the shape that a clean trace has

    def _are_clean(self, steps: Any, started: str, ended: str | None, kinds: Mapping[str, int]) -> bool:
        """Whether the steps are a tree in which parents come first, each within the trace and in a status it may have.

        Texts of one length that end in ``Z`` and share the date are compared as they are: what lies between two
        of them shares their date too. Where the trace has no end yet, each step is to share the date of its start.
        """
        if type(steps) is not list or len(steps) > self._most_steps or started[-1] != "Z":
            return False
        id_key, parent_key, status_key, started_key, ended_key, name_key = self._members
        size, date, words = len(started), started[:_DATE], self._step_words
        failures = 0
        seen: set[object] = set()
        for step in steps:
            get = step.get
            step_id, parent, kind = step[id_key], get(parent_key), kinds[step[status_key]]
            if step_id in seen or (parent is not None and parent not in seen) or get(name_key) in words:
                return False
            seen.add(step_id)
            begin, end = get(started_key), get(ended_key)
            if kind:
                failures += 1  # an unfinished step counts too, in case both words mean the same
                if kind == _UNFINISHED and end is not None:
                    return False
            if begin is None:
                begin = started
            elif begin < started or len(begin) != size or begin[-1] != "Z":
                return False
            if end is None:
                end = begin
            elif end < begin or len(end) != size or end[-1] != "Z":
                return False
            if end > ended if ended is not None else end[:_DATE] != date:
                return False
        return failures <= self._most_failures

    def _add_up(self, document: dict[Any, Any], started: str, ended: str) -> bool:
        """Whether the totals agree, by times that are read to the microsecond only: that is quick, and has room to spare."""
        for parent_key, key, unit_us, room_us, total in self._totals:
            parent = document.get(parent_key)
            stated = None if parent is None else parent.get(key)
            if stated is not None:
                lasted = _read(ended) - _read(started)  # less than a day: they share their date
                difference = stated * unit_us - (lasted.seconds * 1_000_000 + lasted.microseconds)
                if not -room_us <= difference <= room_us and not _agree(total, stated, started, ended):
                    return False
        return True

    def _say_something(self, document: dict[Any, Any], groups: tuple[Group, ...]) -> bool:
        words = self._words
        for tokens, needed, clear in groups:
            here: Any = document
            for token in tokens:
                here = here.get(token)
                if here is None:
                    break
            else:
                for member in needed:
                    if not here.get(member):
                        return False
                for member in clear:
                    if here.get(member) in words:
                        return False
        return True


def _quick_total(total: Total) -> tuple[str, str, float, float, Total]:
    # The unit is a float so that a text times it is an error, and not a very long text.
    unit_us, room_us = total.unit_ns / 1000, total.tolerance * total.unit_ns / 1000 - _READ_ERROR_US
    parent, key = total.total
    return parent, key, unit_us, room_us, total


def _is_simple(total: Total) -> bool:
    return total.source is Source.DURATION and len(total.total) == 2


def _agree(total: Total, stated: Any, started: str, ended: str) -> bool:
    number, begin, end = amount(stated), parse_moment(started), parse_moment(ended)
    return (
        number is not None and begin is not None and end is not None and adds_up(total, number, end - begin)
    )


def _kinds(settings: SubjectBusiness, allowed: frozenset[str]) -> Mapping[str, int]:
    return {
        status: _UNFINISHED
        if status in settings.unfinished
        else _FAILED
        if status in settings.patterns.failed
        else _USUAL
        for status in allowed
    }


def _minimum(trust: Trust | None) -> Callable[[Json], float] | None:
    return None if trust is None else partial(least_score, trust)


def _groups(settings: SubjectBusiness, status: str) -> tuple[Group, ...]:
    needed = {
        tokens
        for metadata in settings.metadata
        if metadata.statuses is None or status in metadata.statuses
        for tokens in metadata.fields
    }
    clear = set(settings.unclear.fields)
    return tuple(
        (
            parent,
            tuple(sorted(tokens[-1] for tokens in needed if tokens[:-1] == parent)),
            tuple(sorted(tokens[-1] for tokens in clear if tokens[:-1] == parent)),
        )
        for parent in sorted({tokens[:-1] for tokens in needed | clear})
    )
