"""Folding a topic from its beginning, with the auditor's client: another one than the projections use."""

from collections.abc import Callable, Mapping, Sequence

from assay.agents.audit.facts import Place
from assay.agents.audit.reader import TopicReader
from assay.agents.lanes.projection import RUN_RECORDS, ViewSpec
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import RawRecord
from assay.pipeline.views import Delta

Handle = Callable[[Place, int, Sequence[Delta]], None]
"""Partition, the offset after the run, and what the run changes."""


class TopicSource:
    """The topic of a view. Blocks; every method raises ``DependencyUnavailableError``."""

    def __init__(self, spec: ViewSpec, settings: Settings, reader: TopicReader) -> None:
        self._fold = spec.fold
        self._reader = reader
        self.places = reader.partitions([topic_name(spec.role, settings.topic_prefix)])

    def ends(self) -> dict[Place, int]:
        """Where committed records end now."""
        return self._reader.stable(self.places)

    def starts(self) -> dict[Place, int]:
        """Where retention lets them begin."""
        return self._reader.low(self.places)

    def fold(self, ranges: Mapping[Place, tuple[int, int]], handle: Handle) -> int:
        """Give every run of these ranges to ``handle``, each partition in order; how many records there were."""
        waiting: dict[Place, list[RawRecord]] = {place: [] for place in ranges}
        records = 0

        def take(record: RawRecord) -> None:
            nonlocal records
            records += 1
            run = waiting[Place(record.topic, record.partition)]
            run.append(record)
            if len(run) >= RUN_RECORDS:
                handle(Place(record.topic, record.partition), record.offset + 1, self._fold(run))
                run.clear()

        self._reader.read(ranges, take)
        for place, run in waiting.items():
            handle(place, ranges[place][1], self._fold(run))
        return records
