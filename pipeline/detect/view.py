"""What detectors look at in a trace, found once by the pointers of its subject."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ..core.codes import IssueCode
from ..core.document import MISSING, Json, lookup
from ..core.issue import Finding
from ..core.trace import Trace
from ..policy.subject import Subject

MOST_STEPS: Final = 10_000
"""Steps of one trace that are judged: some 30 ms."""


class View(NamedTuple):
    """A trace by its parts. ``None`` stands for what is absent, ``null``, or not pointed to."""

    document: dict[str, Json]
    version: str
    status: str | None
    trace_type: str | None
    started: Json
    ended: Json
    governance: Json
    steps: list[Json]
    """Empty when it is no list; no more than :data:`MOST_STEPS`."""
    has_more_steps: bool


def view_of(trace: Trace, subject: Subject) -> View | None:
    """The view; ``None`` for a document that is no object, of which the schema detector tells."""
    document = trace.document
    if not isinstance(document, dict):
        return None
    pointers = subject.pointers
    status, trace_type = at(document, pointers.status), at(document, pointers.trace_type)
    steps = at(document, pointers.steps)
    return View(
        document,
        trace.schema_version,
        status if isinstance(status, str) else None,
        trace_type if isinstance(trace_type, str) else None,
        at(document, pointers.time),
        at(document, pointers.end),
        at(document, pointers.governance),
        [] if not isinstance(steps, list) else steps if len(steps) <= MOST_STEPS else steps[:MOST_STEPS],
        isinstance(steps, list) and len(steps) > MOST_STEPS,
    )


def unjudged(view: View, detector: str) -> Iterator[Finding]:
    """A blocking finding for a trace of which only a part is judged: in doubt it stops (promise 5)."""
    if view.has_more_steps:
        yield Finding(
            IssueCode.DETECTOR_FAILED,
            expected=f"at most {MOST_STEPS} steps",
            actual_masked="more",
            rule=f"{detector}.too_many_steps",
        )


def at(document: Json, tokens: tuple[str, ...] | None) -> Json:
    """What stands there; ``None`` when nothing does."""
    if tokens is None:
        return None
    value = lookup(document, tokens)
    return None if value is MISSING else value  # type: ignore[return-value]  # the type of MISSING is private


def is_empty(value: Json) -> bool:
    """Whether this is as good as nothing: ``null``, or a text, list or object without content."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def key_of(tokens: tuple[str, ...] | None) -> str | None:
    """The member of the document itself that a pointer means; ``None`` for a deeper one, or none."""
    return tokens[0] if tokens is not None and len(tokens) == 1 else None
