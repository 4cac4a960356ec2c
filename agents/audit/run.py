"""The audit on real topics: what is looked at, and in which order.

The order is what makes a verdict on a running pipeline sound. Committed offsets come first: what they cover
was written before. Then the ends of the topics, against the stream: where failing traces end, their receipts, what
the classifier wrote, then the other outcome topics, then the raw ones. So each end includes all of what was committed, and every source of what was written
after it. Readers then wait until transactions that were open at that moment have ended, and read up to those
ends, no further.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assay.agents.clock import SystemClock
from assay.agents.names import lane_group
from assay.agents.policy_in_use import bundle_in_use
from assay.agents.replay.secret import existing_replay_secret
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.pipeline.core import headers as names
from assay.pipeline.core.record import RawRecord, Record
from assay.pipeline.core.replay_mark import Mark, read_mark
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_envelope, open_receipt
from assay.pipeline.policy.bundle import Bundle

from .audit import Audit
from .checks.progress import ahead
from .end import LANE as REMEDIATION
from .end import EndAudit
from .end_facts import OpeningReceipt
from .facts import Place, RawFact
from .hop import LANE as CLASSIFIER
from .hop import HopAudit
from .journal import JournalLine, read_journal
from .ledger import NEVER, ORDERED, Ledger, OpenTransaction, RawPartition
from .observe import Opening, digest_of, digest_of_headers, observe_outcome
from .reader import Ranges, TopicReader
from .replays import ReplayAudit
from .report import AuditReport
from .retractions import RetractionAudit
from .tenancy import expected_tenant
from .topics import find_topics
from .waiting import Patience, Progress, is_run, wait_until_past

LANE = "detector"
JOIN_S = 10.0
"""How long to wait for somebody to run the last lane."""


def run_audit(
    settings: Settings,
    *,
    group: str | None = None,
    journal: Path | None = None,
    wait_s: float = 0,
    wait_for: Collection[str] = (LANE, CLASSIFIER, REMEDIATION),
    settle_s: float = 20,
    check_payloads: bool = True,
    progress: Progress | None = None,
) -> AuditReport:
    """Audit the topics of the three lanes; blocks, so asynchronous callers use a thread.

    ``wait_s``: how long to let the lanes of ``wait_for`` reach the records that are there now; the last one is not
    waited for when nobody runs it. ``settle_s``: how long an open
    transaction may stay open before it counts as hanging. Raises ``DependencyUnavailableError`` when Kafka is
    not reachable, ``ConfigError`` for missing topics and unusable policies or journals.
    """
    lines = (
        read_journal(journal) if journal is not None else ()
    )  # before the ends: what it lists is below them
    bundle = bundle_in_use(settings)
    with TopicReader(settings) as reader:
        run = AuditRun(settings, bundle, reader, progress or _silent)
        return run(
            group or lane_group(settings, LANE),
            lines,
            wait_s=wait_s,
            wait_for=wait_for,
            settle_s=settle_s,
            openings=_openings(settings) if check_payloads else None,
        )


class AuditRun:
    """One audit on its way."""

    def __init__(self, settings: Settings, bundle: Bundle, reader: TopicReader, progress: Progress) -> None:
        self._reader = reader
        self._progress = progress
        self._bundle = bundle
        self._bindings = {
            f"{settings.topic_prefix}{topic}": binding for topic, binding in bundle.bindings.items()
        }
        self._topics = find_topics(reader, settings.topic_prefix, self._bindings)
        low = reader.low(self._topics.all)
        self._classifier = lane_group(settings, CLASSIFIER)
        self._remediation = lane_group(settings, REMEDIATION)
        self._low = low
        self._raw = {place: RawPartition(low[place], NEVER) for place in self._topics.raw}
        self._invalid = {place: RawPartition(low[place], NEVER) for place in self._topics.invalid}
        self._classified = {place: RawPartition(low[place], NEVER) for place in self._topics.classified}
        self._read_to = {place: low[place] for place in self._topics.raw}
        self._tenants: dict[str, str] = {}
        self._secret = existing_replay_secret(settings)
        self._replays = ReplayAudit()

    def __call__(
        self,
        group: str,
        journal: Iterable[JournalLine],
        *,
        wait_s: float,
        wait_for: Collection[str],
        settle_s: float,
        openings: "Openings | None",
    ) -> AuditReport:
        topics, reader = self._topics, self._reader
        if wait_s > 0:
            self._wait(group, wait_s, wait_for, settle_s)
        for place, committed in reader.committed(self._remediation, topics.classified).items():
            self._classified[place].committed = committed
        for place, committed in reader.committed(self._classifier, topics.invalid).items():
            self._invalid[place].committed = committed
        for place, committed in reader.committed(group, topics.raw).items():
            self._raw[place].committed = committed
        ends = reader.high(topics.ends)
        ends |= reader.high(topics.receipts)
        ends |= reader.high(topics.behind)
        ends |= reader.high(place for place in topics.outcomes if place not in ends)
        ends |= reader.high(topics.raw)
        stable, hanging = self._settle(ends, settle_s)
        self._read_raw({place: stable[place] for place in topics.raw})
        ledger = Ledger(
            self._raw,
            shared=frozenset(topic for topic, binding in self._bindings.items() if binding.tenant is None),
            trimmed=frozenset(
                (topics.roles[place.topic], place.partition)
                for place in topics.outcomes
                if topics.roles[place.topic] in ORDERED and self._low[place] > 0
            ),
        )
        ledger.open_transactions += hanging
        hop, last = self._hop(), self._ends(openings)
        audit = Audit(ledger, LANE, hop, last, self._replays, retractions=self._retractions())
        opening = None if openings is None else openings.envelope

        def enter(record: RawRecord) -> None:
            role = topics.roles[record.topic]
            if self._is_last(record):
                return
            audit.outcome(observe_outcome(role, record, opening))
            if role is TopicRole.INVALID:
                audit.failing(record)

        def end(record: RawRecord) -> None:
            role = topics.roles[record.topic]
            if role is not TopicRole.DEAD_LETTER or self._is_last(record):
                audit.ended(observe_outcome(role, record, opening), record)

        for stage, places, handle in (
            ("outcomes", topics.outcomes, enter),
            ("classified", topics.classified, audit.classified),
            ("receipts", topics.receipts, audit.receipt),
            ("ends", topics.ends, end),
            ("issues", topics.issues, audit.fact),
            ("tallies", topics.tallies, audit.tally),
        ):
            self._read(stage, {place: (self._low[place], stable[place]) for place in places}, handle)
        self._look_back(ledger, group, settle_s)
        self._look_back(hop.ledger, self._classifier, settle_s)
        self._look_back(last.ledger, self._remediation, settle_s)
        return audit.report(group, journal, self._classifier, self._remediation)

    def _is_last(self, record: Record) -> bool:
        """Whether the lane behind the classifier wrote it: of dead letters a header says who did."""
        return names.first(record.headers, names.DLQ_GROUP) == self._remediation.encode()

    def _ends(self, openings: "Openings | None") -> EndAudit:
        low, topics = self._low, self._topics
        return EndAudit(
            self._classified,
            trimmed=frozenset(
                (topics.roles[place.topic], place.partition)
                for place in topics.ends
                if topics.roles[place.topic] in ORDERED and low[place] > 0
            ),
            receipts_trimmed=any(low[place] > 0 for place in topics.receipts),
            opening=None if openings is None else openings.receipt,
        )

    def _retractions(self) -> RetractionAudit:
        repaired = [
            place for place in self._topics.ends if self._topics.roles[place.topic] is TopicRole.REMEDIATED
        ]
        return RetractionAudit(
            trimmed=any(self._low[place] > 0 for place in repaired),
            receipts_trimmed=any(self._low[place] > 0 for place in self._topics.receipts),
            proved=self._secret is not None,
        )

    def _hop(self) -> HopAudit:
        low = self._low
        return HopAudit(
            self._invalid,
            trimmed=frozenset(
                (TopicRole.CLASSIFIED, place.partition) for place in self._topics.classified if low[place] > 0
            ),
            facts_trimmed=any(low[place] > 0 for place in self._topics.issues),
        )

    def _wait(self, group: str, wait_s: float, wait_for: Collection[str], settle_s: float) -> None:
        """Lane by lane, with the stream: what the first has yet to write, the second has yet to read."""
        topics, patience = self._topics, Patience(wait_s)
        if LANE in wait_for:
            self._read_raw(self._reader.stable(topics.raw))
            last = {place: max(partition.facts) for place, partition in self._raw.items() if partition.facts}
            wait_until_past(self._reader, last, group, patience, self._progress)
        if CLASSIFIER in wait_for:
            ends = self._settled(topics.invalid, settle_s)
            self._wait_behind("invalid", ends, self._classifier, patience.again())
        if REMEDIATION in wait_for and is_run(self._reader, self._remediation, Patience(min(wait_s, JOIN_S))):
            ends = self._settled(topics.classified, settle_s)
            self._wait_behind("classified", ends, self._remediation, patience.again())

    def _settled(self, places: Collection[Place], settle_s: float) -> dict[Place, int]:
        """All that was written up to now. Of a transaction the offsets may be seen before the records are."""
        stable, _ = self._settle(self._reader.high(places), settle_s)
        return stable

    def _wait_behind(self, stage: str, ends: Mapping[Place, int], group: str, patience: Patience) -> None:
        last: dict[Place, int] = {}

        def note(record: RawRecord) -> None:
            last[Place(record.topic, record.partition)] = record.offset

        self._read(stage, {place: (self._low[place], end) for place, end in ends.items()}, note)
        wait_until_past(self._reader, last, group, patience, self._progress)

    def _settle(
        self, ends: Mapping[Place, int], settle_s: float
    ) -> tuple[dict[Place, int], list[OpenTransaction]]:
        """How far to read: the given ends, once readers get there; and where they do not."""
        patience = Patience(settle_s)
        stable: dict[Place, int] = {}
        open_at = dict(ends)
        while patience.still():
            now = self._reader.stable(open_at)
            stable |= {place: min(offset, ends[place]) for place, offset in now.items()}
            open_at = {place: end for place, end in ends.items() if stable[place] < end}
            if not open_at:
                break
        return stable, [OpenTransaction(place, stable[place], end) for place, end in open_at.items()]

    def _look_back(self, ledger: Ledger, group: str, settle_s: float) -> None:
        """Take committed offsets again. They may trail the outcomes for a moment: markers are written one by one."""
        patience = Patience(settle_s)
        while patience.still():
            ledger.committed_after = self._reader.committed(group, ledger.raw)
            if next(ahead(ledger), None) is None:
                return

    def _read_raw(self, ends: Mapping[Place, int]) -> None:
        self._read(
            "raw", {place: (self._read_to[place], end) for place, end in ends.items()}, self._enter_raw
        )
        self._read_to |= ends

    def _enter_raw(self, record: RawRecord) -> None:
        digest = digest_of(record.key, record.value, record.headers)
        kept = names.kept(record.headers)
        tenant = expected_tenant(self._bundle, self._bindings[record.topic], record.value, record.headers)
        mark, attempt = self._mark(record)
        if mark is not None:
            self._replays.came(record, mark)
        fact = RawFact(
            digest,
            digest.headers if len(kept) == len(record.headers) else digest_of_headers(kept),
            # One object per tenant, not one per record.
            None if tenant is None else self._tenants.setdefault(tenant, tenant),
            attempt,
            None if mark is None else mark.of,
        )
        self._raw[Place(record.topic, record.partition)].facts[record.offset] = fact

    def _mark(self, record: RawRecord) -> tuple[Mark | None, int | None]:
        """The mark of a replay, and which try it is. Without the secret nobody can tell a mark from a forged one."""
        if self._secret is not None:
            mark = read_mark(record, self._secret)
            return mark, 0 if mark is None else mark.attempt
        headers = record.headers
        return None, None if headers and headers[-1][0] == names.REPLAY_PROOF else 0

    def _read(self, stage: str, ranges: Ranges, handle: Callable[[RawRecord], None]) -> None:
        total = sum(max(0, end - start) for start, end in ranges.values())
        done = 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            self._progress(stage, done, total)

        self._reader.read(ranges, handle, more)
        self._progress(stage, total, total)


@dataclass(frozen=True, slots=True)
class Openings:
    """What opens sealed envelopes and receipts."""

    envelope: Opening
    receipt: OpeningReceipt


def _openings(settings: Settings) -> Openings:
    opener = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
    return Openings(
        lambda document: open_envelope(document, opener), lambda document: open_receipt(document, opener)
    )


def _silent(stage: str, done: int, total: int) -> None:
    pass
