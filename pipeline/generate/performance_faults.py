"""Faults of cost: a clean trace that is too large, took too long, measures oddly, or is built badly (S0-18, S0-19, S0-27, S0-29, S0-33)."""

import random
from collections.abc import Mapping
from datetime import timedelta

import orjson

from ..core.codes import IssueCode
from ..core.document import Json
from .fault import Fault
from .time_faults import shifted

Document = dict[str, Json]

OVERSIZED_BYTES = (270_000, 320_000)
SLOW_MS = (70_000, 500_000)
EXCESSIVE_MS = (700_000, 7_000_000)
TOKENS_IN = (200_000, 2_000_000)
RETRIES = (20, 400)
LEVELS = (40, 50)
"""Deeper than the budget, and less deep than what the decoder refuses."""
SENTENCE = "The page was left blank, and is kept for its number. "


def oversized(document: Document, rng: random.Random) -> bytes:
    """Whole documents in the inputs, in place of references to them."""
    pages = [_long_text(4_000, number) for number in range(rng.randint(*OVERSIZED_BYTES) // 4_000)]
    return _with_inputs(document, "pages", [*pages])


def slow(document: Document, rng: random.Random) -> bytes:
    """A run of minutes."""
    return _longer(document, rng.randint(*SLOW_MS))


def processing_excessive(document: Document, rng: random.Random) -> bytes:
    """A run of an hour or so."""
    return _longer(document, rng.randint(*EXCESSIVE_MS))


def anomalous(document: Document, rng: random.Random) -> bytes:
    """A measurement far from that of other runs."""
    metrics = document["metrics"]
    assert isinstance(metrics, dict)
    odd: tuple[Document, ...] = ({"tokens_in": rng.randint(*TOKENS_IN)}, {"retries": rng.randint(*RETRIES)})
    return orjson.dumps({**document, "metrics": {**metrics, **rng.choice(odd)}})


def structure_inefficient(document: Document, rng: random.Random) -> bytes:
    """Too deep, too wide, too long, or the same text twice."""
    match rng.randrange(4):
        case 0:
            nested: Json = [_long_text(1_000, number) for number in range(10)]
            for level in range(rng.randint(*LEVELS)):
                nested = {"part": nested} if level % 2 else [nested]
            return _with_inputs(document, "tree", nested)
        case 1:
            return _with_inputs(document, "cells", {f"c{number}": number for number in range(1_500)})
        case 2:
            return _with_inputs(document, "samples", [number % 97 for number in range(6_000)])
        case _:
            text = _long_text(5_000, 0)
            return _with_inputs(document, "pages", [text, text])


def _longer(document: Document, by_ms: int) -> bytes:
    """The same run, begun earlier: its end, and with it its age, stays as it is."""
    metrics, started = document["metrics"], document["started_at"]
    assert isinstance(metrics, dict)
    assert isinstance(started, str)
    took_ms = metrics["execution_time_ms"]
    assert isinstance(took_ms, int)
    return orjson.dumps(
        {
            **document,
            "started_at": shifted(started, -timedelta(milliseconds=by_ms)),
            "metrics": {**metrics, "execution_time_ms": took_ms + by_ms},
        }
    )


def _long_text(characters: int, number: int) -> str:
    """Texts of different numbers differ."""
    return f"{number}. {SENTENCE * (characters // len(SENTENCE) + 1)}"


def _with_inputs(document: Document, name: str, value: Json) -> bytes:
    inputs = document["inputs"]
    assert isinstance(inputs, dict)
    return orjson.dumps({**document, "inputs": {**inputs, name: value}})


FAULTS: Mapping[IssueCode, Fault] = {
    # A quarter of a megabyte each: rare, or a load is mostly padding.
    IssueCode.PERFORMANCE_OVERSIZED: Fault(oversized, blocking=True, weight=0.05),
    IssueCode.PERFORMANCE_PROCESSING_EXCESSIVE: Fault(processing_excessive, blocking=False, weight=1),
    IssueCode.PERFORMANCE_SLOW: Fault(slow, blocking=False, weight=2),
    IssueCode.PERFORMANCE_ANOMALOUS: Fault(anomalous, blocking=False, weight=1),
    IssueCode.PERFORMANCE_STRUCTURE_INEFFICIENT: Fault(structure_inefficient, blocking=False, weight=0.5),
}
