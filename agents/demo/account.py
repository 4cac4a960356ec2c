"""What the topics themselves say of a demo: how far the worker is, and what it counted."""

from collections import Counter
from collections.abc import Mapping

from assay.agents.audit.facts import Place
from assay.agents.audit.reader import TopicReader
from assay.agents.audit.tally import Tally, parse_tally
from assay.agents.names import lane_group
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import RawRecord, source_of
from assay.pipeline.core.topics import TopicRole

from .surroundings import LANE


class Account:
    """Reads apart from the producer's and the worker's. Methods raise ``DependencyUnavailableError``."""

    def __init__(self, settings: Settings, reader: TopicReader) -> None:
        self._group = lane_group(settings, LANE)
        self._reader = reader
        self._raw = reader.partitions([topic_name(TopicRole.RAW, settings.topic_prefix)])
        self._tallies = reader.partitions([topic_name(TopicRole.TALLIES, settings.topic_prefix)])

    def judged(self) -> int:
        """Records of which the outcome is committed: on fresh topics, filled without transactions, offsets have no holes."""
        return sum(max(0, offset) for offset in self._reader.committed(self._group, self._raw).values())

    def end(self) -> int:
        """Records on the raw topic."""
        return sum(self._reader.high(self._raw).values())

    def reasons(self) -> Mapping[str, int]:
        """How many raw records went where they went for which reason, by the detector's tallies."""
        reasons: Counter[str] = Counter()

        def add(record: RawRecord) -> None:
            tally = parse_tally(source_of(record), record.value)
            if isinstance(tally, Tally) and tally.lane == LANE:  # the audit reports those that cannot be read
                for counted, records in tally.counts.items():
                    reasons[counted.reason] += records

        ends: Mapping[Place, int] = self._reader.stable(self._tallies)
        self._reader.read({place: (0, end) for place, end in ends.items()}, add)
        return reasons
