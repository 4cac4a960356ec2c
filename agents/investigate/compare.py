"""Failing traces beside a sample of passing ones of the same time (S0-96)."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.agents.policy_in_use import bundle_in_use
from assay.agents.settings import Settings
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.record import Record, Source, source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.decode import AvroRegistry, decode
from assay.pipeline.investigate.patterns import Comparison, compare
from assay.pipeline.investigate.spread import Range, spread
from assay.pipeline.investigate.traits import Traits, document_traits, place_traits
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.marked_places import Place, declared_places
from assay.pipeline.policy.select import select

from .failing import Asked, Failing, find_failing
from .picking import pick
from .window_reader import Progress, WindowReader

SECURITY = "security."


@dataclass(frozen=True, slots=True)
class Sample:
    """How many traces were compared, and out of how many."""

    failing: int
    opened: int
    """Of those, the raw record was still there and could be read; the others count by their envelope alone."""
    passing: int
    passing_offsets: int
    """Offsets of ``traces.valid`` in the window, that the passing ones were drawn from."""
    not_found: tuple[str, ...]
    """Ids that no failing trace of the window has."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What failing traces are wrong with, and what they have in common that passing ones do not."""

    sample: Sample
    issues: tuple[tuple[str, str, int], ...]
    """Code, path and number of traces, the most frequent first."""
    comparison: Comparison


def compare_traces(
    settings: Settings, asked: Asked, *, passing: int, support: int, progress: Progress
) -> Compared:
    """Compare the failing traces with at most so many passing ones, drawn evenly from the same window.

    Raw and passing traces are read where they stand in the open; sealed payloads stay closed. Values of declared dimensions
    leave this function, and nothing else of a trace. Raises what :class:`WindowReader` does.
    """
    bundle = bundle_in_use(settings)
    look = _Looking(bundle, settings.topic_prefix)
    with WindowReader(settings, progress) as reader:
        failing = find_failing(reader, asked)
        window = reader.window(reader.places(TopicRole.VALID), asked.since_ns // NANOS_PER_MILLI)
    ranges = [Range(*place, start, end) for place, (start, end) in window.items()]
    found = asyncio.run(_read(settings, failing, spread(ranges, passing), look, progress))
    bad = [found.failing.get(each.source) or look.closed(each) for each in failing]
    good = [traits for traits, tenant in found.passing if asked.tenant in {"", tenant}]
    sample = Sample(
        failing=len(failing),
        opened=len(found.failing),
        passing=len(good),
        passing_offsets=sum(max(0, each.end - each.start) for each in ranges),
        not_found=_not_found(asked, failing),
    )
    return Compared(sample, _issues(failing), compare(bad, good, support=support))


@dataclass(slots=True)
class _Found:
    failing: dict[Source, Traits]
    passing: list[tuple[Traits, str]]


async def _read(
    settings: Settings,
    failing: Sequence[Failing],
    drawn: Mapping[tuple[str, int], Sequence[int]],
    look: "_Looking",
    progress: Progress,
) -> _Found:
    found = _Found({}, [])
    by_source = {each.source: each for each in failing}
    places: dict[tuple[str, int], list[int]] = {}
    for topic, partition, offset in sorted(by_source):
        places.setdefault((topic, partition), []).append(offset)

    def take_failing(record: Record) -> None:
        known = by_source[source_of(record)]
        traits = look.opened(record, known)
        if traits is not None:
            found.failing[known.source] = traits

    def take_passing(record: Record) -> None:
        if (passed := look.passed(record)) is not None:
            found.passing.append(passed)

    await pick(settings, places, take_failing, "their raw records", progress)
    await pick(settings, drawn, take_passing, "passing traces", progress)
    return found


class _Looking:
    """From records to traits, by the bundle in use."""

    def __init__(self, bundle: Bundle, prefix: str) -> None:
        self._bundle = bundle
        self._prefix = prefix
        self._avro = AvroRegistry(bundle)
        self._places: dict[str, frozenset[Place]] = {
            name: declared_places(subject.schemas[subject.current_version])
            for name, subject in bundle.subjects.items()
        }

    def closed(self, failing: Failing) -> dict[str, str]:
        """What the envelope alone says."""
        named = {
            "subject": failing.subject,
            "producer": failing.producer,
            "schema_version": failing.schema_version,
        }
        return place_traits(failing.source, failing.timestamp_ms, failing.tenant) | named

    def opened(self, record: Record, failing: Failing) -> dict[str, str] | None:
        """A failing trace by its raw record; ``None`` when it cannot be read, or is another trace by now."""
        if hashlib.sha256(record.value or b"").hexdigest() != failing.sha256:
            return None
        inside = self._inside(record, failing.source.topic, failing.suspect)
        return None if inside is None else self.closed(failing) | inside

    def passed(self, record: Record) -> tuple[dict[str, str], str] | None:
        """A passing trace, and whose it is. One with a warning of security keeps its values to itself."""
        said = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
        try:
            source = Source.parse(said.get(names.SRC, ""))
        except ValueError:
            return None
        warned = any(code.startswith(SECURITY) for code in said.get(names.WARNINGS, "").split(","))
        inside = self._inside(record, source.topic, ("",) if warned else ())
        tenant = said.get(names.TENANT, "")
        if inside is None:
            return None
        return place_traits(source, record.timestamp, tenant) | inside, tenant

    def _inside(self, record: Record, raw_topic: str, suspect: Sequence[str]) -> dict[str, str] | None:
        binding = self._bundle.bindings.get(raw_topic.removeprefix(self._prefix))
        decoded = decode(record.value, self._bundle.limits, self._avro)
        if binding is None or isinstance(decoded, Finding):
            return None
        selected = select(self._bundle, binding, record.headers, decoded.document, decoded)
        if isinstance(selected, Finding):
            return None
        places = self._places[selected.subject.name]
        return document_traits(decoded.document, selected.subject, places, suspect)


def _issues(failing: Sequence[Failing]) -> tuple[tuple[str, str, int], ...]:
    counts = Counter(pair for each in failing for pair in {(code, path) for code, _, path in each.issues})
    return tuple((*pair, count) for pair, count in counts.most_common())


def _not_found(asked: Asked, failing: Sequence[Failing]) -> tuple[str, ...]:
    known = {each.trace_id for each in failing} | {str(each.source) for each in failing}
    return tuple(sorted(asked.trace_ids - known))
