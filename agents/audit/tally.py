"""Tallies, read by their contract (DESIGN 4)."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assay.pipeline.core.record import Source

from .facts import Place
from .latency import Histogram


class Counted(NamedTuple):
    """What is counted apart."""

    tenant: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class TallySource:
    """The offsets that one transaction took from one partition: ``[first, next)``, with holes."""

    place: Place
    first: int
    next: int
    fetched: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What one transaction says it did."""

    at: Source
    lane: str
    part: int
    """A tally with too many lines goes on in further parts, which have no sources of their own."""
    sources: tuple[TallySource, ...]
    counts: Counter[Counted]
    latency: Histogram


def parse_tally(at: Source, value: bytes | None) -> Tally | str:
    """Read a tally, or say what is wrong with it. Never raises."""
    try:
        document = json.loads(value or b"")
        counts: Counter[Counted] = Counter()
        for row in document["counts"]:
            counts[Counted(_text(row["tenant"]), _text(row["outcome"]), _text(row["reason"]))] += _count(
                row["records"]
            )
        latency = document["latency_ms"]
        return Tally(
            at,
            _text(document["lane"]),
            _count(document.get("part", 1)),
            tuple(
                TallySource(
                    Place(_text(row["topic"]), _count(row["partition"])),
                    _count(row["first"]),
                    _count(row["next"]),
                    _count(row["fetched"]),
                )
                for row in document["sources"]
            ),
            counts,
            Histogram(_bounds(latency["le"]), tuple(map(_count, latency["counts"])), float(latency["max"])),
        )
    except KeyError as error:
        return f"member {error.args[0]} is missing"
    except (ValueError, TypeError, AttributeError, RecursionError):
        return "not the JSON object that the contract says"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("a number from 0")
    return value


def _bounds(values: Sequence[object]) -> tuple[float, ...]:
    """Upper bounds of buckets; the last may be written ``"+Inf"`` or ``null``."""
    return tuple(float(value) if isinstance(value, int | float) else float("inf") for value in values)
