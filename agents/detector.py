"""The detector lane: traces.raw → traces.valid | traces.invalid, quality.tallies (DESIGN 3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat

from assay.agents.lanes.step import SourceRange
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.core.replay_mark import Mark, marks_of, original, read_mark
from assay.pipeline.core.sealed import Sealer
from assay.pipeline.core.verdict import NONE, Verdict
from assay.pipeline.detect import Detector, build_detectors
from assay.pipeline.dispose import FailingWriter, PassingWriter, Tally
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle

LANE = "detector"
SEALED_TOGETHER = 16
"""Failing traces wait for so many: they are rare, and what handles one is still in the CPU's caches for the next."""

Failed = tuple[Record, Verdict, int, Mark | None]
"""A record that does not pass, why, when it was judged, and the mark of a replay."""


class DetectorStep:
    """The lane's pure part; one :class:`DetectorWork` per transaction."""

    def __init__(
        self,
        bundle: Bundle,
        sealer: Sealer,
        group: str,
        topic_prefix: str = "",
        only: Collection[str] | None = None,
        *,
        secret: bytes,
    ) -> None:
        """``only`` names the detectors to run, for a benchmark; ``None`` runs all.

        ``secret``: by which a replayed record is known (``replay/secret.py``).
        """
        self._sealer = sealer
        self._group = group
        self._topic_prefix = topic_prefix
        self._only = only
        self._secret = secret
        self.use(bundle)

    def use(self, bundle: Bundle) -> None:
        """Judge by this bundle from the next transaction on; the one at work ends under its own."""
        detectors = build_detectors(bundle, self._only)
        self._court = _Court(
            bundle, detectors, self._sealer, self._group, self._topic_prefix, secret=self._secret
        )

    def begin(self) -> "DetectorWork":
        """Start the work of one transaction."""
        return DetectorWork(self._court)


class _Court:
    """One bundle at work: who judges by it, and who writes what comes of it."""

    def __init__(
        self,
        bundle: Bundle,
        detectors: Sequence[Detector],
        sealer: Sealer,
        group: str,
        topic_prefix: str,
        *,
        secret: bytes,
    ) -> None:
        self._bundle = bundle
        self._group = group
        self._secret = secret
        # Bound methods: calling an object through its type takes twice as long, three times a record.
        self._judge = Judge(bundle, detectors, topic_prefix).__call__
        self._passing = PassingWriter(bundle).__call__
        self._failing = FailingWriter(bundle, sealer, group)
        self._tenants: Mapping[str, str] = {
            f"{topic_prefix}{topic}": binding.tenant or NONE for topic, binding in bundle.bindings.items()
        }

    def new_tally(self) -> Tally:
        """An empty tally."""
        return Tally(LANE, self._group, self._bundle)

    def judged(
        self, records: Sequence[Record], now_ns: int, tally: Tally
    ) -> tuple[list[Outgoing], list[Failed]]:
        """What passes, ready to be written, and what does not; both in order, all counted."""
        judge, passing = self._judge, self._passing
        found = marks_of(records, self._secret)
        marks: Iterable[Mark | None] = repeat(None, len(records)) if found is None else found
        seen = records if found is None else _seen(records, found)
        verdicts = [judge(record, now_ns) for record in seen]
        tally.count_verdicts(records, verdicts, now_ns)
        outgoing: list[Outgoing] = []
        failed: list[Failed] = []
        for record, verdict, mark in zip(records, verdicts, marks, strict=True):
            if verdict.blocking:
                failed.append((record, verdict, now_ns, mark))
            else:
                outgoing.append(passing(record, verdict, mark))
        return outgoing, failed

    def failing(self, failed: Sequence[Failed]) -> list[Outgoing]:
        """Their sealed envelopes."""
        write = self._failing
        return [write(record, verdict, now_ns, mark) for record, verdict, now_ns, mark in failed]

    def unread(self, record: Record, deaths: int, now_ns: int, tally: Tally) -> Outgoing:
        """The outcome of a record that ends processes, counted; its value is sealed and not looked into."""
        tenant = self._tenants[record.topic]
        tally.count(record, tenant, Outcome.DEAD_LETTERED, Reason.WORKER_CRASH, now_ns)
        mark = read_mark(record, self._secret)
        return self._failing.dead_letter(record, deaths, now_ns, tenant, mark)


def _seen(records: Sequence[Record], marks: Sequence[Mark | None]) -> list[Record]:
    """What detectors see: replayed records as they were when they came first, so that a replay changes nothing."""
    return [
        record if mark is None else original(record, mark)
        for record, mark in zip(records, marks, strict=True)
    ]


class DetectorWork:
    """A :class:`assay.agents.lanes.step.Work`."""

    def __init__(self, court: _Court) -> None:
        self._court = court
        self._tally = court.new_tally()
        self._outgoing: list[Outgoing] = []
        self._failed: list[Failed] = []

    def add(self, records: Sequence[Record], now_ns: int) -> None:
        """See :class:`Work`."""
        outgoing, failed = self._court.judged(records, now_ns, self._tally)
        self._outgoing += outgoing
        self._failed += failed
        if len(self._failed) >= SEALED_TOGETHER:
            self._seal()

    def _seal(self) -> None:
        self._outgoing += self._court.failing(self._failed)
        self._failed = []

    def add_killer(self, record: Record, deaths: int, now_ns: int) -> None:
        """See :class:`Work`."""
        self._seal()  # what failed before it comes before it
        self._outgoing.append(self._court.unread(record, deaths, now_ns, self._tally))

    def finish(self, sources: Sequence[SourceRange], now_ns: int) -> Sequence[Outgoing]:
        """See :class:`Work`."""
        self._seal()
        return [*self._outgoing, *self._tally.to_outgoing(sources, now_ns)]
