"""Faults of clocks: every time of a clean trace is moved by the same amount, or one loses its zone (S4-60)."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import orjson

from ..core.codes import IssueCode
from ..core.document import Json
from .fault import Fault

Document = dict[str, Json]

TIMES = frozenset({"started_at", "ended_at", "at"})
FUTURE_DAYS = STALE_DAYS = (30, 400)
"""So far ahead that a load which takes long to publish does not catch up with it."""
SKEWED_HOURS = (49, 160)
"""More than the shipped policy allows any producer, and not yet stale."""


def naive(document: Document, rng: random.Random) -> bytes:
    """One of the trace's times has no zone; some producers write a space before the time of day, too."""
    name = rng.choice([name for name in ("started_at", "ended_at") if name in document])
    text = _text(document[name]).removesuffix("Z")
    return orjson.dumps({**document, name: rng.choice((text, text.replace("T", " ")))})


def future(document: Document, rng: random.Random) -> bytes:
    """The producer's clock is weeks ahead."""
    return orjson.dumps(_moved(document, timedelta(days=rng.randint(*FUTURE_DAYS))))


def stale(document: Document, rng: random.Random) -> bytes:
    """A producer that was cut off sends what it has kept for weeks."""
    return orjson.dumps(_moved(document, -timedelta(days=rng.randint(*STALE_DAYS))))


def skewed(document: Document, rng: random.Random) -> bytes:
    """A run that is over, by a clock that is days behind."""
    return orjson.dumps(_moved(finished(document), -timedelta(hours=rng.randint(*SKEWED_HOURS))))


def finished(document: Document) -> Document:
    """The same run, completed: one that still runs may have started at any time."""
    metrics, steps = document["metrics"], document["steps"]
    if "ended_at" in document or not isinstance(metrics, dict) or not isinstance(steps, list):
        return document
    took_ms, last = metrics["execution_time_ms"], steps[-1]
    assert isinstance(took_ms, int)
    assert isinstance(last, dict)
    over: Document = {
        "status": "completed",
        "ended_at": shifted(_text(document["started_at"]), timedelta(milliseconds=took_ms)),
    }
    return {**document, **over, "steps": [*steps[:-1], {**last, **over}]}


def shifted(text: str, by: timedelta) -> str:
    """A time with nine digits and ``Z``, moved: digits that a ``datetime`` does not hold stay."""
    return f"{(datetime.fromisoformat(text[:26]) + by).isoformat(timespec='microseconds')}{text[26:]}"


def _moved(document: Document, by: timedelta) -> Document:
    """A copy with every time moved: durations and order stay."""
    moved = _mapped(document, lambda text: shifted(text, by))
    assert isinstance(moved, dict)
    return moved


def _mapped(value: Json, change: Callable[[str], str], name: str = "") -> Json:
    match value:
        case dict():
            return {key: _mapped(member, change, key) for key, member in value.items()}
        case list():
            return [_mapped(element, change) for element in value]
        case str() if name in TIMES:
            return change(value)
        case _:
            return value


def _text(value: Json) -> str:
    assert isinstance(value, str)
    return value


FAULTS: Mapping[IssueCode, Fault] = {
    IssueCode.TIME_NAIVE: Fault(naive, blocking=False, weight=2),
    IssueCode.TIME_FUTURE: Fault(future, blocking=False, weight=1),
    IssueCode.TIME_STALE: Fault(stale, blocking=False, weight=1),
    IssueCode.TIME_SKEWED: Fault(skewed, blocking=False, weight=1),
}
