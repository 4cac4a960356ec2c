"""The audit of the last lane: every classified record has exactly one end, and each repair can be done and undone.

The same books and checks as for the raw topics, two hops further on: here ``traces.classified`` is what came in.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import NONE

from .checks.doubled import doubled
from .checks.missing import missing
from .checks.order import misplaced, reordered
from .checks.progress import ahead, overrun
from .checks.tallies import tally_coverage, tally_mismatch
from .end_facts import (
    MOST_TRIES,
    WORDS,
    Came,
    EndRecord,
    OpeningReceipt,
    Patches,
    ReceiptFact,
    incomplete,
    kept,
    misrouted,
    read_end,
    read_receipt,
    unfit,
)
from .end_report import EndReport
from .facts import OutcomeSeen, Place, RawFact
from .finding import AuditFinding, FindingKind
from .ledger import Ledger, RawPartition
from .matching import Matching
from .observe import canonical
from .patch import PatchError, apply

LANE = "auto_remediation"
CHECKS = (missing, doubled, tally_mismatch, tally_coverage, ahead, overrun)


class EndAudit:
    """Fed in this order: what sealed payloads open to, classified records, receipts, then ends (each partition in order)."""

    def __init__(
        self,
        classified: Mapping[Place, RawPartition],
        *,
        trimmed: frozenset[tuple[TopicRole, int]] = frozenset(),
        receipts_trimmed: bool = False,
        opening: OpeningReceipt | None = None,
    ) -> None:
        """``receipts_trimmed``: whether retention has removed receipts, so that none can be missed."""
        self.ledger = Ledger(classified, trimmed=trimmed)
        self._opening = opening
        self._receipts_trimmed = receipts_trimmed
        self.matching = Matching(
            frozenset(place.partition for place, partition in classified.items() if partition.low > 0)
        )
        self._came: dict[Place, dict[int, Came]] = {place: {} for place in classified}
        self._inputs: dict[Source, bytes] = {}
        """What the documents of failing traces said as they came in, by source."""
        self._receipts: dict[Source, list[ReceiptFact]] = defaultdict(list)
        self._receipt_count = 0
        self._reasons: Counter[str] = Counter()
        self._proved = 0
        self.ends: dict[Source, list[tuple[TopicRole, int]]] = defaultdict(list)
        """Where the traces of each source ended, and in which attempt: by the headers alone."""

    def opened(self, source: Source, document: bytes) -> None:
        """Enter what a failing trace's sealed payload says, as :func:`canonical` gives it."""
        self._inputs[source] = document

    def came(self, record: RawRecord) -> None:
        """Enter a record of ``traces.classified``."""
        read = read_end(TopicRole.CLASSIFIED, record)
        place = Place(record.topic, record.partition)
        self.ledger.raw[place].facts[record.offset] = RawFact(read.digest, b"", read.marks.tenant)
        self._came[place][record.offset] = kept(read)
        self.matching.came(read)

    def receipt(self, record: RawRecord) -> Iterator[AuditFinding]:
        """Judge a record of ``quality.receipts`` by itself, and book it."""
        receipt = read_receipt(record, self._opening)
        self._receipt_count += 1
        for why in receipt.faults:
            yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, receipt.at, why, receipt.source)
        if receipt.source is None or not self.matching.of_source(receipt.source):
            if not self.matching.is_out_of_reach(receipt.source):
                why = "no visible record of traces.classified has its source"
                yield AuditFinding(FindingKind.INVENTED, receipt.at, why, receipt.source)
            return
        self._receipts[receipt.source].append(receipt)

    def went(self, role: TopicRole, record: RawRecord) -> Iterator[AuditFinding]:
        """Judge the end of a trace beside its classified record and its receipts, and book it."""
        read = read_end(role, record)
        source = read.marks.source
        self._reasons[read.marks.reason] += 1
        if source is not None:
            self.ends[source].append((role, read.marks.attempt))
        at = self.matching.origin(read)
        marks = read.marks._replace(source=at, tenant=read.marks.tenant or NONE)
        seen = OutcomeSeen(role, read.at, marks, read.digest, None)
        if at is None:
            self.ledger.enter(seen)
            if self.matching.is_out_of_reach(source):
                self.ledger.out_of_reach += 1
            else:
                why = "no visible record of traces.classified has its source"
                yield AuditFinding(FindingKind.INVENTED, read.at, why, source)
            return
        came = self._came[Place(at.topic, at.partition)][at.offset]
        for why in unfit(came, read, record.key):
            yield AuditFinding(FindingKind.ALTERED, read.at, why, source)
        if (why_not := misrouted(came, read)) is not None:
            yield AuditFinding(FindingKind.MISROUTED, read.at, why_not, source)
        yield from self._receipts_of(came, read, record.value)
        yield from misplaced(self.ledger, seen)
        yield from reordered(self.ledger, seen)
        self.ledger.enter(seen)

    def _receipts_of(self, came: Came, went: EndRecord, value: bytes | None) -> Iterator[AuditFinding]:
        source = went.marks.source
        receipts = [] if source is None else self._receipts.get(source, [])
        repaired = went.role is TopicRole.REMEDIATED
        claimed = max((each.of for each in receipts), default=1)
        # An envelope lists the last of its tries only.
        expected = claimed if repaired or went.tried >= MOST_TRIES else went.tried - came.tried
        if self._receipts_trimmed and not receipts:
            return
        if (why := incomplete(receipts, expected)) is not None:
            yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, went.at, why, source)
            return
        for receipt in receipts:
            for fits, said in (
                (receipt.outcome == WORDS[went.role], "a receipt says another outcome"),
                (receipt.tenant == went.marks.tenant, "a receipt names another tenant"),
                (receipt.came == went.marks.sha256.hex(), "a receipt is of another raw value"),
                (not repaired or receipt.repair == went.receipt, "header assay-receipt is of another repair"),
                (not repaired or receipt.left == went.whole.hex(), "a receipt is of another repaired value"),
                (not repaired or receipt.sealed == (receipt.number == 1), "the changes are not on the first"),
            ):
                if not fits:
                    yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, went.at, said, source)
        if repaired and self._opening is not None and source in self._inputs:
            patches = next((each.patches for each in receipts if each.patches is not None), None)
            unproved = self._disproof(self._inputs[source], value, patches)
            if unproved is None:
                self._proved += 1
            else:
                yield AuditFinding(FindingKind.ALTERED, went.at, unproved, source)

    def _disproof(self, came: bytes, left: bytes | None, patches: Patches | None) -> str | None:
        """Why the repair cannot be done and undone, or ``None`` when it can (promise 2).

        The raw document itself is not kept: the inverse must lead to one that says the same, and the patch from there back.
        """
        if patches is None:
            return "its receipts hold no patch"
        patch, inverse = patches
        try:
            output = json.loads(left or b"")
            after = canonical(output)
            restored = apply(output, inverse)
            if canonical(restored) != came:
                return "the inverse patch does not lead back to what came in"
            if canonical(apply(restored, patch)) != after:
                return "what came in and the patch do not make what went out"
        except (PatchError, ValueError, RecursionError):
            return "the patch does not fit the trace"
        return None

    def check(self) -> Iterator[AuditFinding]:
        """The checks that look at everything. Call once, last."""
        for check in CHECKS:
            yield from check(self.ledger)
        for source, receipts in self._receipts.items():
            if source in self.ends:
                continue
            for at in self.matching.of_source(source):
                place = Place(at.topic, at.partition)
                settled = at.offset < self.ledger.raw[place].committed
                if settled and not self.ledger.may_have_expired(place, at.offset):
                    why = "it is of a trace that has no end"
                    yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, receipts[0].at, why, source)

    def report(self, group: str) -> EndReport:
        """What it comes to."""
        ledger = self.ledger
        count = ledger.count()
        return EndReport(
            group=group,
            records=count.records,
            accounted=count.accounted,
            in_flight=count.in_flight,
            expired=count.expired,
            out_of_reach=ledger.out_of_reach,
            by_outcome={word: ledger.by_role[role] for role, word in WORDS.items()},
            by_reason=dict(self._reasons.most_common()),
            receipts=self._receipt_count,
            repairs_proved=self._proved,
            tallies=len(ledger.tallies),
        )
