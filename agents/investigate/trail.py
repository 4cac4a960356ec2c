"""Following a trace through all topics, from its raw records on: what is told of it, and of the problem that it has."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from assay.agents.policy_in_use import bundle_in_use
from assay.agents.settings import Settings
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.investigate.reading import document_of, header, text
from assay.pipeline.investigate.story import Story, Try, in_order, of_tenant, tries_of
from assay.pipeline.investigate.tell_problem import (
    tell_audit,
    tell_escalation,
    tell_group,
    tell_replay,
    tell_task,
)
from assay.pipeline.investigate.tell_trace import TELL, tell_raw
from assay.pipeline.investigate.told import Told

from .search import MOST_SOURCES, IdSearch
from .window_reader import Progress, WindowReader

WITH_RAW = frozenset(
    {TopicRole.VALID, TopicRole.INVALID, TopicRole.CLASSIFIED, TopicRole.REMEDIATED, TopicRole.QUARANTINE}
)
"""Topics whose records keep the partition number of their raw record."""
MARGIN_MS = 3_600_000
"""By so much may a producer's clock be ahead."""


@dataclass(slots=True)
class _Found:
    told: dict[str, Told] = field(default_factory=dict)
    """By the record that says so: read twice, it says it once."""
    sources: set[str] = field(default_factory=set)
    """Raw records of all tries."""
    roots: set[str] = field(default_factory=set)
    trace_ids: dict[str, str] = field(default_factory=dict)
    """By raw record, as far as it could be read."""


def follow(
    settings: Settings, named: str, *, tenant: str, since_ns: int, now_ns: int, progress: Progress
) -> Story:
    """The story of the trace of this id, or of this raw record (``topic/partition/offset``).

    With ``tenant``, only of that tenant's traces. Payloads stay closed: raw records are read for their id alone. Raises what
    :class:`WindowReader` does.
    """
    bundle = bundle_in_use(settings)
    with WindowReader(settings, progress) as reader:
        reader.require(TopicRole.RAW)
        search = IdSearch(reader, bundle, settings, named, tenant)
        source = _source(named)
        looked: list[str] = []
        if source is None:
            searched = search(since_ns, now_ns)
            sources, looked = searched.sources, searched.looked
        else:
            sources = {source}
        if not sources:
            return Story(named, (), (), tuple(looked))
        return _Trail(reader, search, tenant, now_ns).story(named, sources, since_ns, looked)


def _source(named: str) -> Source | None:
    try:
        return Source.parse(named)
    except ValueError:
        return None


class _Trail:
    def __init__(self, reader: WindowReader, search: IdSearch, tenant: str, now_ns: int) -> None:
        self._reader = reader
        self._identify = search.identify
        self._tenant = tenant
        self._now_ms = now_ns // NANOS_PER_MILLI
        self._found = _Found()

    def story(self, named: str, sources: set[Source], since_ns: int, looked: list[str]) -> Story:
        since_ms = since_ns // NANOS_PER_MILLI
        first_ms = max(0, min((*filter(None, map(self._raw, sorted(sources))), self._now_ms)) - MARGIN_MS)
        self._follow_way(first_ms)
        if first_ms > since_ms and not any(each.outcome for each in tries_of([*self._found.told.values()])):
            first_ms = since_ms  # its producer's clock may have been wrong
            self._follow_way(first_ms)
        found = self._found
        told = [*found.told.values()]
        if self._tenant:
            told = of_tenant(told, self._tenant)
        tries = tries_of(told)
        if tries:
            told += self._problem(named, tries, told, first_ms)
        looked.append(
            f"all topics from {rfc3339(first_ms * NANOS_PER_MILLI)[:19]}Z on; states and audit log whole"
        )
        return Story(named, tuple(tries), tuple(in_order(told)), tuple(looked))

    def _tell(self, told: Told | None) -> None:
        if told is not None:
            self._found.told[told.where] = told

    def _raw(self, source: Source) -> int | None:
        """Tell of a raw record; when it was written, if its clock can be believed."""
        self._found.sources.add(str(source))
        self._found.roots.add(str(source))
        record = self._reader.one(source)
        if record is None:
            return None
        trace_id, tenant = self._identify(record)
        self._found.trace_ids[str(source)] = trace_id
        told = tell_raw(record, tenant)
        self._found.roots.add(told.root)
        self._tell(told)
        return record.timestamp if 0 < record.timestamp <= self._now_ms else None

    def _follow_way(self, first_ms: int) -> None:
        """The records that say themselves of which raw record they are; then the raw records of tries that came to light."""
        found = self._found
        before = {*found.sources}
        # A replay is written to the partition of its first try.
        partitions = {Source.parse(each).partition for each in found.roots}
        for role, tell in TELL.items():

            def take(record: RawRecord, tell: Callable[[RawRecord], Told | None] = tell) -> None:
                source = header(record, names.SRC)
                if source in found.sources or header(record, names.REPLAY_OF) in found.roots:
                    found.sources |= {source} - {""}
                    self._tell(tell(record))

            self._scan(role, first_ms, partitions if role in WITH_RAW else None, take)
        for source in sorted(found.sources - before)[:MOST_SOURCES]:
            if (parsed := _source(source)) is not None:
                self._raw(parsed)

    def _problem(self, named: str, tries: Sequence[Try], told: Sequence[Told], first_ms: int) -> list[Told]:
        """What happened to the issue groups of these tries, and who did what with them."""
        sources, roots = {each.source for each in tries}, {each.root for each in tries}
        fingerprints = {str(each.more["fingerprint"]) for each in told if each.more.get("fingerprint")}
        ids = {self._found.trace_ids.get(source, "") for source in sources} - {"", "none"}
        targets = {named, *sources, *roots, *fingerprints, *ids}
        found: list[Told] = []
        for state in self._reader.latest(TopicRole.ISSUE_GROUPS, fingerprints).values():
            found += tell_group(document_of(state.value), str(state.at))
        for state in self._reader.latest(TopicRole.TASKS, fingerprints).values():
            document = document_of(state.value)
            targets |= {text(document, "task_id"), text(document, "replay_job")} - {""}
            found += tell_task(document, str(state.at))

        def collect(
            role: TopicRole, since_ms: int | None, tell: Callable[[RawRecord], Iterable[Told]]
        ) -> None:
            self._scan(role, since_ms, None, lambda record: found.extend(tell(record)))

        collect(TopicRole.ESCALATIONS, first_ms, lambda record: _of(record, fingerprints))
        collect(TopicRole.REPLAYS, first_ms, lambda record: tell_replay(record, roots))
        targets |= {str(each.more["job"]) for each in (*told, *found) if each.more.get("job")}
        collect(TopicRole.AUDIT, None, lambda record: filter(None, [tell_audit(record, targets)]))
        return found

    def _scan(
        self,
        role: TopicRole,
        first_ms: int | None,
        partitions: Collection[int] | None,
        take: Callable[[RawRecord], None],
    ) -> None:
        places = self._reader.places(role, partitions)
        self._reader.scan(role.value, self._reader.window(places, first_ms), take)


def _of(record: RawRecord, fingerprints: Collection[str]) -> Iterable[Told]:
    if header(record, names.CE_SUBJECT) not in fingerprints:
        return ()
    told = tell_escalation(record)
    return () if told is None else (told,)
