"""The time detector: are the times of a trace possible, recent, and on one clock with the broker (S4-60)?"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import ClassVar, Final

from ..core.clock import NANOS_PER_MILLI, NANOS_PER_SECOND, rfc3339
from ..core.codes import IssueCode
from ..core.document import Json, format_pointer, lookup
from ..core.issue import Finding
from ..core.masking import mask
from ..core.trace import Trace
from ..policy.bundle import Bundle
from ..policy.marked_places import Place, marked_places
from ..policy.subject import Subject
from ..policy.time_rules import SkewLimits, SubjectTime
from .moments import is_naive, parse_moment
from .schema_findings import WITH_OFFSET

_Tokens = tuple[str, ...]

_NO_RULES = SubjectTime()
_AFTER_ALL: Final = "~"
"""Sorts after every time."""
_LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999, after which times have more than four digits for the year."""


class TimeDetector:
    """Judges the times at ``pointers.time`` and ``pointers.end`` of a subject: exact to the nanosecond, in integers."""

    name: ClassVar[str] = "time"

    def __init__(self, bundle: Bundle) -> None:
        rules = bundle.rules.time
        self._subjects = {
            subject.name: _SubjectJudge(
                subject, rules.subjects.get(subject.name, _NO_RULES), rules.future_tolerance_s
            ).__call__
            for subject in bundle.subjects.values()
            if subject.pointers.time is not None
        }

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """At most one finding for each of the two times: the gravest that is true of it."""
        judge = self._subjects.get(trace.subject)
        return () if judge is None else judge(trace)


class _SubjectJudge:
    """The rules for one subject.

    Nearly every trace ended shortly before its record was made. That can be seen from the text alone, without
    reading it as a time: UTC times in RFC 3339 sort like their texts. Only what lies outside is looked at closely.
    """

    __slots__ = (
        "_ahead_s",
        "_behind_s",
        "_end",
        "_rules",
        "_subject",
        "_time",
        "_told",
        "_tolerance_s",
        "_window",
    )

    def __init__(self, subject: Subject, rules: SubjectTime, tolerance_s: int) -> None:
        assert subject.pointers.time is not None
        self._subject = subject
        self._rules = rules
        self._tolerance_s = tolerance_s
        self._time = subject.pointers.time
        self._end = subject.pointers.end or self._time
        every = (rules.skew, *rules.producers.values())
        self._ahead_s = _least(limits.ahead_s for limits in every)
        self._behind_s = _least([*(limits.behind_s for limits in every), rules.stale_after_s])
        self._told = {version: _declared_times(schema) for version, schema in subject.schemas.items()}
        """Version → where its schema declares times, and so tells of those that are naive."""
        self._window = lru_cache(maxsize=1024)(self._new_window)

    def __call__(self, trace: Trace) -> Sequence[Finding]:
        first = last = trace.document
        for token in self._time:
            first = first.get(token) if type(first) is dict else None
        for token in self._end:
            last = last.get(token) if type(last) is dict else None
        if type(first) is str and type(last) is str and first[-1:] == last[-1:] == "Z" and last[10:11] == "T":
            low, high = self._window(trace.timestamp // 1000, trace.now_ns // NANOS_PER_SECOND)
            if low < last < high and first < high:
                return ()
        return self._closely(trace, first, last)

    def _new_window(self, record_s: int, now_s: int) -> tuple[str, str]:
        """Texts between which an end is certainly fine. Outside it may be, too: these are whole seconds."""
        low, high_s = "", _LAST_SECOND
        if now_s > 0:
            high_s = min(high_s, now_s + self._tolerance_s)
        if record_s > 0:
            if self._ahead_s is not None:
                high_s = min(high_s, record_s + self._ahead_s)
            if self._behind_s is not None:
                low_s = record_s + 1 - self._behind_s
                low = _text(low_s) if 0 <= low_s <= _LAST_SECOND else _AFTER_ALL
        return low, _text(high_s)

    def _closely(self, trace: Trace, first: Json, last: Json) -> Sequence[Finding]:
        findings = self._each(trace, self._time, first)
        if self._end != self._time:
            findings += self._each(trace, self._end, last)
        ended = parse_moment(last)
        at, value = (self._time, first) if ended is None else (self._end, last)
        moment = parse_moment(first) if ended is None else ended
        future = any(finding.code is IssueCode.TIME_FUTURE for finding in findings)
        if moment is not None and trace.timestamp > 0 and not future:
            age_ns = trace.timestamp * NANOS_PER_MILLI - moment
            findings += self._against_record(trace.document, at, value, age_ns, has_ended=ended is not None)
        return findings

    def _each(self, trace: Trace, at: _Tokens, value: Json) -> list[Finding]:
        """What one time shows by itself."""
        moment = parse_moment(value)
        if moment is None:
            if is_naive(value) and at not in self._told.get(trace.schema_version, ()):
                return [_finding(IssueCode.TIME_NAIVE, at, value, WITH_OFFSET, "time.naive")]
        elif 0 < trace.now_ns < moment - self._tolerance_s * NANOS_PER_SECOND:
            expected = f"at most {self._tolerance_s} s ahead of the clock"
            return [_finding(IssueCode.TIME_FUTURE, at, value, expected, "time.future_tolerance_s")]
        return []

    def _against_record(
        self, document: Json, at: _Tokens, value: Json, age_ns: int, *, has_ended: bool
    ) -> list[Finding]:
        """Stale, or else skewed. A run that has not ended may be as old as it likes, until it is stale."""
        stale_s = self._rules.stale_after_s
        where = f"time.subjects.{self._subject.name}."
        if stale_s is not None and age_ns > stale_s * NANOS_PER_SECOND:
            expected = f"at most {stale_s} s before its record"
            return [_finding(IssueCode.TIME_STALE, at, value, expected, f"{where}stale_after_s")]
        named, limits = self._limits(document)
        for key, side, limit_s, apart_ns in (
            ("skew_ahead_s", "after", limits.ahead_s, -age_ns),
            ("skew_behind_s", "before", limits.behind_s if has_ended else None, age_ns),
        ):
            if limit_s is not None and apart_ns > limit_s * NANOS_PER_SECOND:
                expected = f"at most {limit_s} s {side} its record"
                return [_finding(IssueCode.TIME_SKEWED, at, value, expected, f"{where}{named}{key}")]
        return []

    def _limits(self, document: Json) -> tuple[str, SkewLimits]:
        """The limits that apply, and the part of the rule's name that says so: a name that the policy has."""
        pointer = self._subject.pointers.producer
        producer = None if pointer is None else lookup(document, pointer)
        if isinstance(producer, str) and producer in self._rules.producers:
            return f"producers.{producer}.", self._rules.producers[producer]
        return "", self._rules.skew


def _finding(code: IssueCode, at: _Tokens, value: Json, expected: str, rule: str) -> Finding:
    return Finding(code, path=format_pointer(at), expected=expected, actual_masked=mask(value), rule=rule)


def _declared_times(schema: Json) -> frozenset[Place]:
    times = marked_places(schema, lambda node: node.get("format") == "date-time", alternatives=True)
    return frozenset(place for place, _ in times)


def _least(limits: Iterable[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _text(second: int) -> str:
    """``YYYY-MM-DDTHH:MM:SS``: sorts before every RFC 3339 text of that second."""
    return rfc3339(second * NANOS_PER_SECOND)[:19]
