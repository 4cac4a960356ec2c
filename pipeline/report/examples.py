"""Do examples beside schemas and rules get the verdict that they say they must?"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..core.clock import NANOS_PER_MILLI, NANOS_PER_SECOND
from ..core.codes import IssueCode
from ..core.document import Json
from ..core.record import RawRecord, Record
from ..core.verdict import Verdict
from ..policy.bundle import Binding, Bundle
from ..policy.classification import CodePolicy, EnforcementPoint, Mode

_TOPIC = "examples."


@dataclass(frozen=True, slots=True)
class Example:
    """A trace, and what must be said of it."""

    file: str
    subject: str
    """What the trace is when it names no type."""
    trace: Json
    expect: tuple[str, ...]
    """``code@path`` of every issue; empty for a trace with nothing wrong."""
    received: datetime | None = None
    """When the record was made and judged; ``None``: nobody knows, so no time is too old or too early."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """An example that does not get what it says."""

    file: str
    missing: tuple[str, ...] = ()
    """What should have been said of it."""
    unexpected: tuple[str, ...] = ()
    """What should not."""
    why: str = ""
    """Instead of both: why it could not be judged at all."""

    def document(self) -> Json:
        """The deviation as JSON."""
        return {
            "file": self.file,
            "missing": [*self.missing],
            "unexpected": [*self.unexpected],
            "why": self.why,
        }


def examples_bundle(bundle: Bundle) -> Bundle:
    """The same bundle with a topic for the examples of each subject, which may name any other subject, too."""
    subjects = frozenset(bundle.subjects)
    topics = {f"{_TOPIC}{name}": Binding(f"{_TOPIC}{name}", None, name, subjects) for name in subjects}
    return replace(bundle, bindings=topics)


def deviations(
    examples: Iterable[Example],
    judge: Callable[[Record, int], Verdict],
    policies: Mapping[IssueCode, CodePolicy],
    point: EnforcementPoint,
) -> Iterator[Deviation]:
    """The examples that get another verdict than they say.

    ``judge`` is a :class:`~assay.pipeline.flow.Judge` of an :func:`examples_bundle` at ``point``. Issues in mode
    audit count like any other; a code that is off at the point is not expected there.
    """
    for example in examples:
        expected = {one for one in example.expect if not _is_off(one, policies, point)}
        verdict = judge(*_record(example))
        said = {f"{issue.code}@{issue.path}" for issue in (*verdict.issues, *verdict.audited)}
        if said != expected:
            yield Deviation(
                example.file, missing=(*sorted(expected - said),), unexpected=(*sorted(said - expected),)
            )


def example_of(file: str, subject: str, document: Json) -> Example:
    """An example of an ``invalid`` folder: ``{"expect": […], "trace": …}``, and ``received`` where time matters.

    Raises ``ValueError`` with a sentence for a document of another shape, or with a code that does not exist.
    """
    if isinstance(document, dict) and document.keys() <= _MEMBERS:
        match document:
            case {"expect": [_, *_] as expect, "trace": trace}:
                words = (*map(_expectation, expect),)
                return Example(file, subject, trace, words, _received(document.get("received")))
    raise ValueError('is not {"expect": ["code@path", …], "trace": …}')


_MEMBERS = {"expect", "trace", "received"}


def _expectation(word: Json) -> str:
    code, at, _ = str(word).partition("@")
    if not isinstance(word, str) or not at or code not in {known.value for known in IssueCode}:
        raise ValueError(f"expects {str(word)[:80]!r}, which is no code@path")
    return word


def _received(text: Json) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError("received is no time as RFC 3339 writes it") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_off(expectation: str, policies: Mapping[IssueCode, CodePolicy], point: EnforcementPoint) -> bool:
    return policies[IssueCode(expectation.partition("@")[0])].mode_at(point) is Mode.OFF


def _record(example: Example) -> tuple[RawRecord, int]:
    now_ns = 0 if example.received is None else round(example.received.timestamp() * NANOS_PER_SECOND)
    value = json.dumps(example.trace, ensure_ascii=False).encode()
    topic = f"{_TOPIC}{example.subject}"
    return RawRecord(topic, 0, 0, now_ns // NANOS_PER_MILLI, None, value, ()), now_ns
