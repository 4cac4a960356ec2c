"""The audit on real topics: what is looked at, and in which order.

The order is what makes a verdict on a running pipeline sound. Committed offsets come first: what they cover
was written before. Then the ends of the topics, against the stream: where failing traces end, their receipts, what
the classifier wrote, then the other outcome topics, then the raw ones. So each end includes all of what was committed, and every source of what was written
after it. Readers then wait until transactions that were open at that moment have ended, and read up to those
ends, no further.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

from assay.agents.clock import SystemClock
from assay.agents.names import lane_group
from assay.agents.policy_in_use import bundle_in_use
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core import headers as names
from assay.pipeline.core.record import RawRecord, Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_envelope, open_receipt
from assay.pipeline.policy.bundle import Bundle

from .audit import OUTCOME_ROLES, Audit
from .checks.progress import ahead
from .end import LANE as REMEDIATION
from .end import EndAudit
from .end_facts import WORDS, OpeningReceipt
from .facts import Place, RawFact
from .hop import LANE as CLASSIFIER
from .hop import HopAudit
from .journal import JournalLine, read_journal
from .ledger import NEVER, ORDERED, Ledger, OpenTransaction, RawPartition
from .observe import Opening, digest_of, digest_of_headers, observe_outcome
from .reader import Ranges, TopicReader
from .report import AuditReport
from .tenancy import expected_tenant

LANE = "detector"
POLL_S = 0.1
JOIN_S = 10.0
"""How long to wait for somebody to run the last lane."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Stage, records read of it, and how many there are at most."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The partitions under audit."""

    raw: tuple[Place, ...]
    outcomes: tuple[Place, ...]
    classified: tuple[Place, ...]
    issues: tuple[Place, ...]
    ends: tuple[Place, ...]
    """Where failing traces end; the dead letters are among ``outcomes`` too: two lanes write them."""
    receipts: tuple[Place, ...]
    tallies: tuple[Place, ...]
    roles: Mapping[str, TopicRole]
    """Of outcome topics and ends, by full name."""

    @property
    def invalid(self) -> tuple[Place, ...]:
        """The outcome partitions that the classifier reads."""
        return tuple(place for place in self.outcomes if self.roles[place.topic] is TopicRole.INVALID)

    @property
    def behind(self) -> tuple[Place, ...]:
        """What is written by the classifier, and tallies."""
        return self.classified + self.issues + self.tallies

    @property
    def all(self) -> tuple[Place, ...]:
        """Every partition, once."""
        places = self.raw + self.outcomes + self.behind + self.receipts + self.ends
        return tuple(dict.fromkeys(places))


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
        self._topics = self._find_topics(settings.topic_prefix)
        low = reader.low(self._topics.all)
        self._classifier = lane_group(settings, CLASSIFIER)
        self._remediation = lane_group(settings, REMEDIATION)
        self._low = low
        self._raw = {place: RawPartition(low[place], NEVER) for place in self._topics.raw}
        self._invalid = {place: RawPartition(low[place], NEVER) for place in self._topics.invalid}
        self._classified = {place: RawPartition(low[place], NEVER) for place in self._topics.classified}
        self._read_to = {place: low[place] for place in self._topics.raw}
        self._tenants: dict[str, str] = {}

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
            self._wait(group, wait_s, wait_for)
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
        audit = Audit(ledger, LANE, hop, last)
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

    def _hop(self) -> HopAudit:
        low = self._low
        return HopAudit(
            self._invalid,
            trimmed=frozenset(
                (TopicRole.CLASSIFIED, place.partition) for place in self._topics.classified if low[place] > 0
            ),
            facts_trimmed=any(low[place] > 0 for place in self._topics.issues),
        )

    def _find_topics(self, prefix: str) -> Topics:
        raw, tallies = topic_name(TopicRole.RAW, prefix), topic_name(TopicRole.TALLIES, prefix)
        classified, issues = (topic_name(role, prefix) for role in (TopicRole.CLASSIFIED, TopicRole.ISSUES))
        receipts = topic_name(TopicRole.RECEIPTS, prefix)
        outcomes = {topic_name(role, prefix) for role in OUTCOME_ROLES}
        roles = {topic_name(role, prefix): role for role in (*OUTCOME_ROLES, *WORDS)}
        ends = {topic_name(role, prefix) for role in WORDS}
        required = [raw, *roles, classified, issues, receipts, tallies]
        places = self._reader.partitions(required, optional=self._bindings)
        return Topics(
            raw=tuple(place for place in places if place.topic == raw or place.topic in self._bindings),
            outcomes=tuple(place for place in places if place.topic in outcomes),
            classified=tuple(place for place in places if place.topic == classified),
            issues=tuple(place for place in places if place.topic == issues),
            ends=tuple(place for place in places if place.topic in ends),
            receipts=tuple(place for place in places if place.topic == receipts),
            tallies=tuple(place for place in places if place.topic == tallies),
            roles=roles,
        )

    def _wait(self, group: str, wait_s: float, wait_for: Collection[str]) -> None:
        """Lane by lane, with the stream: what the first has yet to write, the second has yet to read."""
        topics, patience = self._topics, _Patience(wait_s)
        if LANE in wait_for:
            self._read_raw(self._reader.stable(topics.raw))
            last = {place: max(partition.facts) for place, partition in self._raw.items() if partition.facts}
            self._wait_until_past(last, group, patience)
        if CLASSIFIER in wait_for:
            self._wait_behind("invalid", topics.invalid, self._classifier, patience.again())
        if REMEDIATION in wait_for and self._is_run(self._remediation, _Patience(min(wait_s, JOIN_S))):
            self._wait_behind("classified", topics.classified, self._remediation, patience.again())

    def _wait_behind(self, stage: str, places: Iterable[Place], group: str, patience: "_Patience") -> None:
        last: dict[Place, int] = {}

        def note(record: RawRecord) -> None:
            last[Place(record.topic, record.partition)] = record.offset

        ends = self._reader.stable(places)
        self._read(stage, {place: (self._low[place], end) for place, end in ends.items()}, note)
        self._wait_until_past(last, group, patience)

    def _is_run(self, group: str, patience: "_Patience") -> bool:
        """Whether anybody is in the group, or joins it soon."""
        while patience.still():
            if self._reader.has_members(group):
                return True
        return False

    def _wait_until_past(self, last: Mapping[Place, int], group: str, patience: "_Patience") -> None:
        """Until the group has passed the last visible record of each partition; markers behind it do not count."""
        while last and patience.still():
            committed = self._reader.committed(group, last)
            reached = sum(committed[place] > offset for place, offset in last.items())
            self._progress("waiting", reached, len(last))
            if reached == len(last):
                return

    def _settle(
        self, ends: Mapping[Place, int], settle_s: float
    ) -> tuple[dict[Place, int], list[OpenTransaction]]:
        """How far to read: the given ends, once readers get there; and where they do not."""
        patience = _Patience(settle_s)
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
        patience = _Patience(settle_s)
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
        fact = RawFact(
            digest,
            digest.headers if len(kept) == len(record.headers) else digest_of_headers(kept),
            # One object per tenant, not one per record.
            None if tenant is None else self._tenants.setdefault(tenant, tenant),
        )
        self._raw[Place(record.topic, record.partition)].facts[record.offset] = fact

    def _read(self, stage: str, ranges: Ranges, handle: Callable[[RawRecord], None]) -> None:
        total = sum(max(0, end - start) for start, end in ranges.values())
        done = 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            self._progress(stage, done, total)

        self._reader.read(ranges, handle, more)
        self._progress(stage, total, total)


class _Patience:
    """At least one look, then one every :data:`POLL_S` until the time is over."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._looked = False

    def again(self) -> Self:
        """The same time, with another look for certain."""
        self._looked = False
        return self

    def still(self) -> bool:
        """Whether to look again; waits before it says so."""
        if not self._looked:
            self._looked = True
            return True
        time.sleep(POLL_S)
        return time.monotonic() < self._until


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
