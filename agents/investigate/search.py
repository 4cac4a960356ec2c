"""Finding the raw records of a trace by its id: there is no index, so windows are read, the youngest first (DESIGN 2)."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assay.agents.quarantine import Wanted, contained
from assay.agents.settings import Settings
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339
from assay.pipeline.core.document import lookup
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.record import RawRecord, Record, Source, source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.decode import AvroRegistry, decode
from assay.pipeline.investigate.reading import document_of, header, text
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.safe import safe_id
from assay.pipeline.policy.select import select
from assay.pipeline.policy.tenant import tenant_of

from .window_reader import WindowReader

WINDOWS_MS = tuple(
    minutes * 60_000 for minutes in (2, 15, 60, 6 * 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60, 90 * 24 * 60)
)
"""How far back each further look goes."""
MOST_SOURCES = 200
MOST_IN_VIEW = 5000
ESCAPED = b"\\u"
"""A JSON text with one of these may say an id without showing its characters."""


@dataclass(slots=True)
class Search:
    """What was found, and how it was looked for."""

    sources: set[Source] = field(default_factory=set)
    looked: list[str] = field(default_factory=list)


class IdSearch:
    """Looks for one id, of one tenant or of any."""

    def __init__(
        self, reader: WindowReader, bundle: Bundle, settings: Settings, named: str, tenant: str
    ) -> None:
        self._reader = reader
        self._bundle = bundle
        self._settings = settings
        self._named = named
        self._needle = named.encode()
        self._tenant = tenant
        self._avro = AvroRegistry(bundle)
        self._found = Search()

    def __call__(self, since_ns: int, now_ns: int) -> Search:
        """The raw records, from the first window that has any. Raises what :class:`WindowReader` does."""
        self._look_into_view(now_ns // NANOS_PER_MILLI)
        oldest_ms = since_ns // NANOS_PER_MILLI
        for start_ms, until_ms in windows(oldest_ms, now_ns // NANOS_PER_MILLI):
            oldest_ms = start_ms
            self._look_back(start_ms, until_ms)
            if self._found.sources:
                break
        self._found.looked.append(
            f"raw, contained and dead-lettered records back to {rfc3339(oldest_ms * NANOS_PER_MILLI)[:19]}Z"
        )
        return self._found

    def _look_into_view(self, now_ms: int) -> None:
        """The view of what is contained reaches back for weeks; without Redis it is left out, and that is said."""
        wanted = Wanted(tenant=self._tenant, most=MOST_IN_VIEW)
        try:
            for shown in asyncio.run(contained(self._settings, wanted, now_ms)):
                if shown.document.get("trace_id") == self._named:
                    self._add(str(shown.document.get("source")))
                    self._add(str(shown.document.get("origin")))
        except TransientError:
            self._found.looked.append("the view of contained traces could not be asked: Redis is away")
        else:
            self._found.looked.append(f"the newest {MOST_IN_VIEW:,} of the view of contained traces")

    def _look_back(self, since_ms: int, until_ms: int | None) -> None:
        looks: list[tuple[TopicRole, Callable[[RawRecord], None]]] = [
            (TopicRole.RAW, self._look_at_raw),
            (TopicRole.QUARANTINE, self._look_at_envelope),
            (TopicRole.DEAD_LETTER, self._look_at_envelope),
        ]
        for role, look in looks:
            window = self._reader.window(self._reader.places(role), since_ms, until_ms)
            self._reader.scan(f"{role.value} {rfc3339(since_ms * NANOS_PER_MILLI)[:16]}", window, look)

    def _look_at_raw(self, record: RawRecord) -> None:
        value = record.value or b""
        if self._needle not in value and ESCAPED not in value:
            return
        trace_id, tenant = self.identify(record)
        if trace_id == self._named and self._tenant in {"", tenant}:
            self._add(str(source_of(record)))

    def _look_at_envelope(self, record: RawRecord) -> None:
        if self._needle not in (record.value or b""):
            return
        if text(document_of(record.value), "trace_id") == self._named and self._tenant in {
            "",
            header(record, names.TENANT),
        }:
            self._add(header(record, names.SRC))

    def identify(self, record: Record) -> tuple[str, str]:
        """A raw record's trace id and tenant; empty where it cannot be read."""
        binding = self._bundle.bindings.get(record.topic.removeprefix(self._settings.topic_prefix))
        decoded = decode(record.value, self._bundle.limits, self._avro)
        if binding is None or isinstance(decoded, Finding):
            return "", ""
        selected = select(self._bundle, binding, record.headers, decoded.document, decoded)
        # One of an unknown version is still a trace of the topic's subject, as far as its id is concerned.
        subject = (
            self._bundle.subjects[binding.default_subject]
            if isinstance(selected, Finding)
            else selected.subject
        )
        tokens = subject.pointers.trace_id
        named = "" if tokens is None else safe_id(lookup(decoded.document, tokens))
        return named, tenant_of(binding, subject, decoded.document)

    def _add(self, said: str) -> None:
        try:
            source = Source.parse(said)
        except ValueError:
            return
        if len(self._found.sources) < MOST_SOURCES:
            self._found.sources.add(source)


def windows(since_ms: int, now_ms: int) -> Iterator[tuple[int, int | None]]:
    """From the youngest to the oldest, without gaps, the last one beginning at ``since_ms``; the first has no end."""
    until: int | None = None
    for back in WINDOWS_MS:
        start = max(since_ms, now_ms - back)
        yield start, until
        if start <= since_ms:
            return
        until = start
    yield since_ms, until
