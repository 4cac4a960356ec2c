"""The detector lane: traces.raw → traces.valid | traces.invalid, quality.tallies (DESIGN 3)."""

from collections.abc import Mapping, Sequence

from assay.agents.lanes.step import SourceRange
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.core.sealed import Sealer
from assay.pipeline.core.verdict import NONE
from assay.pipeline.dispose import FailingWriter, PassingWriter, Tally
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle

LANE = "detector"


class DetectorStep:
    """The lane's pure part; one :class:`DetectorWork` per transaction."""

    def __init__(self, bundle: Bundle, sealer: Sealer, group: str, topic_prefix: str = "") -> None:
        self._bundle = bundle
        self._group = group
        self._judge = Judge(bundle, topic_prefix=topic_prefix)
        self._passing = PassingWriter(bundle)
        self._failing = FailingWriter(bundle, sealer, group)
        self._tenants: Mapping[str, str] = {
            f"{topic_prefix}{topic}": binding.tenant or NONE for topic, binding in bundle.bindings.items()
        }

    def begin(self) -> "DetectorWork":
        """Start the work of one transaction."""
        return DetectorWork(self)

    def new_tally(self) -> Tally:
        """An empty tally."""
        return Tally(LANE, self._group, self._bundle)

    def judged(self, records: Sequence[Record], now_ns: int, tally: Tally) -> list[Outgoing]:
        """The outcome of each record, in order, counted."""
        judge, passing, failing = self._judge, self._passing, self._failing
        verdicts = [judge(record, now_ns) for record in records]
        tally.count_verdicts(records, verdicts, now_ns)
        return [
            failing(record, verdict, now_ns) if verdict.blocking else passing(record, verdict)
            for record, verdict in zip(records, verdicts, strict=True)
        ]

    def unread(self, record: Record, deaths: int, now_ns: int, tally: Tally) -> Outgoing:
        """The outcome of a record that ends processes, counted; its value is sealed and not looked into."""
        tenant = self._tenants[record.topic]
        tally.count(record, tenant, Outcome.DEAD_LETTERED, Reason.WORKER_CRASH, now_ns)
        return self._failing.dead_letter(record, deaths, now_ns, tenant)


class DetectorWork:
    """A :class:`assay.agents.lanes.step.Work`."""

    def __init__(self, step: DetectorStep) -> None:
        self._step = step
        self._tally = step.new_tally()
        self._outgoing: list[Outgoing] = []

    def add(self, records: Sequence[Record], now_ns: int) -> None:
        """See :class:`Work`."""
        self._outgoing += self._step.judged(records, now_ns, self._tally)

    def add_killer(self, record: Record, deaths: int, now_ns: int) -> None:
        """See :class:`Work`."""
        self._outgoing.append(self._step.unread(record, deaths, now_ns, self._tally))

    def finish(self, sources: Sequence[SourceRange], now_ns: int) -> Sequence[Outgoing]:
        """See :class:`Work`."""
        return [*self._outgoing, *self._tally.to_outgoing(sources, now_ns)]
