"""What may be said of a trace to compare it with others: declared dimensions of few values, and which members it has.

Only what a subject declares as a dimension is looked at, and of that only identifiers are named. Where a detector of
security has something to say of the place, the value is ``withheld`` (promise 4).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import NamedTuple

from ..core.clock import NANOS_PER_MILLI, rfc3339
from ..core.document import MISSING, Json, lookup, parse_pointer
from ..core.record import Source
from ..core.word import Word
from ..policy.marked_places import EACH, Place
from ..policy.safe import safe_id
from ..policy.subject import Pointers, Subject

NAMED = ("producer", "producer_version", "status", "trace_type", "schema_version")
"""Pointers of a subject that are dimensions without being declared as such."""
ABSENT = "absent"
WITHHELD = "withheld"
OTHER = "not an identifier"
assert {*NAMED} <= {member.name for member in fields(Pointers)}


class Trait(NamedTuple):
    """One thing that a trace has: a dimension and its value, or a member and how it is there."""

    dimension: str
    value: str


class MemberState(Word):
    """How a trace has a member, for each of the objects that it may stand in."""

    PRESENT = "present"
    ABSENT = "absent"
    PARTLY = "in some elements only"


Traits = Mapping[str, str]
"""By dimension. What cannot be known of a trace has no entry, and the trace does not count for that dimension."""


def place_traits(source: Source, timestamp_ms: int, tenant: str) -> dict[str, str]:
    """What is known of a trace without looking into it. The hour is that of its own time."""
    found = {"tenant": tenant, "topic": source.topic, "partition": f"{source.topic}/{source.partition}"}
    if timestamp_ms >= 0:
        found["hour"] = f"{rfc3339(timestamp_ms * NANOS_PER_MILLI)[:13]}Z"
    return found


def document_traits(
    document: Json, subject: Subject, places: Collection[Place], suspect: Collection[str]
) -> dict[str, str]:
    """What its declared dimensions and members say of a trace. ``suspect``: pointers that security has findings at.

    ``places`` are those that the subject's schema declares. Never raises, whatever the document is (D-15).
    """
    found = {"subject": subject.name}
    for name, tokens in dimensions_of(subject).items():
        found[name] = _value(document, tokens, suspect)
    for place in places:
        state = state_of(document, place)
        if state is not None:
            found[_FIELD + pattern_of(place)] = state.value
    return found


_FIELD = "field "


def dimensions_of(subject: Subject) -> dict[str, tuple[str, ...]]:
    """Where the values stand that may be named, by dimension."""
    named = {name: getattr(subject.pointers, name) for name in NAMED}
    return {name: tokens for name, tokens in named.items() if tokens is not None} | dict(subject.dimensions)


def state_of(document: Json, place: Place) -> MemberState | None:
    """Whether the member is in the objects that it may stand in; ``None`` where there is no such object, and for elements."""
    if not place or place[-1] is EACH:
        return None
    *way, last = place
    holders = [holder for holder in _at(document, tuple(way)) if isinstance(holder, dict)]
    count = sum(last in holder for holder in holders)
    if not holders:
        return None
    if count == len(holders):
        return MemberState.PRESENT
    return MemberState.PARTLY if count else MemberState.ABSENT


def pattern_of(place: Place) -> str:
    """The place as a pointer, ``*`` for each element; its names are the schema's."""
    return "".join("/*" if token is EACH else f"/{token}" for token in place)


def _value(document: Json, tokens: tuple[str, ...], suspect: Collection[str]) -> str:
    value = lookup(document, tokens)
    if value is MISSING or value is None:
        return ABSENT
    if any(_touch(tokens, pointer) for pointer in suspect):
        return WITHHELD
    named = safe_id(value)
    return OTHER if named == "none" and value != "none" else named


def _touch(tokens: Sequence[str], pointer: str) -> bool:
    """Whether one is the other, or lies within it; ``*`` stands for any name, and what is no pointer for any place."""
    try:
        said = parse_pointer(pointer)
    except ValueError:
        return True
    return all(there in {here, "*"} for here, there in zip(tokens, said, strict=False))


def _at(document: Json, place: Place) -> Iterator[Json]:
    if not place:
        yield document
        return
    first, *rest = place
    if isinstance(first, str):
        if isinstance(document, dict) and first in document:
            yield from _at(document[first], tuple(rest))
    elif isinstance(document, list):
        for element in document:
            yield from _at(element, tuple(rest))
