"""The failing traces that are to be compared: found by their ids, their raw records, or the problem that they have."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.document import Json
from assay.pipeline.core.record import RawRecord, Record, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.issues import Fact

from .groups import Wanted, read_facts
from .window_reader import WindowReader


class Failing(NamedTuple):
    """A failing trace, by its envelope; the payload stays closed."""

    source: Source
    timestamp_ms: int
    sha256: str
    """Of the raw value, hex; empty when nobody said."""
    trace_id: str
    tenant: str
    subject: str
    schema_version: str
    producer: str
    issues: tuple[tuple[str, str, str], ...]
    """Code, category and path of each."""
    all_listed: bool
    """Whether these are all the issues that it has."""

    @property
    def suspect(self) -> tuple[str, ...]:
        """Where its values may not be named: places of findings of security; everywhere, when not all are known."""
        if not self.all_listed:
            return ("",)
        return tuple(path for _, category, path in self.issues if category == "security")


class Asked(NamedTuple):
    """Which failing traces. Either ids and sources, or a fingerprint."""

    since_ns: int
    trace_ids: frozenset[str] = frozenset()
    """Ids of traces, or ``topic/partition/offset`` of raw records."""
    fingerprint: str = ""
    tenant: str = ""
    most: int = 2000


def find_failing(reader: WindowReader, asked: Asked) -> list[Failing]:
    """The newest of them, at most so many, each once however often it was tried.

    Raises what :class:`WindowReader` does, and :class:`ConfigError` when the topics are not there.
    """
    sources = set(asked.trace_ids)
    if asked.fingerprint:
        sources = _sources_of(reader, asked)
    found: dict[Source, Failing] = {}

    def take(record: RawRecord) -> None:
        src = (names.first(record.headers, names.SRC) or b"").decode("utf-8", "replace")
        if asked.fingerprint and src not in sources:
            return
        failing = read_failing(record)
        if (
            failing is not None
            and asked.tenant in {"", failing.tenant}
            and (src in sources or failing.trace_id in asked.trace_ids)
        ):
            found[failing.source] = failing

    reader.require(TopicRole.INVALID)
    # Its records carry the broker's time, which is never before that of the verdict.
    window = reader.window(reader.places(TopicRole.INVALID), asked.since_ns // NANOS_PER_MILLI)
    reader.scan("failing traces", window, take)
    newest = sorted(found.values(), key=lambda each: (each.timestamp_ms, each.source))
    return newest[-asked.most :]


def _sources_of(reader: WindowReader, asked: Asked) -> set[str]:
    facts: list[tuple[str, str]] = []

    def take(fact: Fact) -> None:
        facts.append((fact.detected_at, fact.source))

    read_facts(reader, Wanted(asked.since_ns, tenant=asked.tenant, fingerprint=asked.fingerprint), take)
    facts.sort()
    return {source for _, source in facts[-asked.most :]}


def read_failing(record: Record) -> Failing | None:
    """What an envelope says; ``None`` for what is none."""
    sha256 = (names.first(record.headers, names.SHA256) or b"").decode("utf-8", "replace")
    try:
        document: Json = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return None
    match document:
        case {
            "source": {
                "topic": str(topic),
                "partition": int(partition),
                "offset": int(offset),
                "timestamp": int(timestamp),
            },
            "trace_id": str(trace_id),
            "tenant_id": str(tenant),
            "subject": str(subject),
            "schema_version": str(version),
            "producer": {"name": str(producer)},
            "issues": list(listed),
            "issues_total": int(total),
        }:
            issues = tuple(_issue(each) for each in listed)
            source = Source(topic, partition, offset)
            return Failing(
                source,
                timestamp,
                sha256,
                trace_id,
                tenant,
                subject,
                version,
                producer,
                issues,
                total <= len(issues),
            )
        case _:
            return None


def _issue(document: Json) -> tuple[str, str, str]:
    parts: Sequence[Json] = ("", "security", "")  # what cannot be read is taken for the worst that it can be
    if isinstance(document, dict):
        parts = [document.get(name) for name in ("code", "category", "path")]
    code, category, path = (each if isinstance(each, str) else "" for each in parts)
    return code, category, path
