"""The audit itself, without Kafka: observations in, a report out."""

from collections.abc import Iterable

from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.edit_receipt import is_edit_receipt
from assay.pipeline.core.record import RawRecord, Source, source_of
from assay.pipeline.core.retraction import is_retraction_event
from assay.pipeline.core.topics import TopicRole

from .balance import balance, where
from .checks import END_CHECKS, LEDGER_CHECKS, OUTCOME_CHECKS
from .checks.journal import journal as journal_check
from .end import LANE as REMEDIATION
from .end import EndAudit
from .facts import ClaimCheck, Envelope, Opened, OutcomeSeen, Unopened
from .finding import AuditFinding, FindingKind, FindingList
from .hop import LANE as CLASSIFIER
from .hop import HopAudit
from .hop_facts import is_command, read_fact, read_hop
from .journal import JournalLine
from .latency import merge, quantile
from .ledger import Ledger, word_of
from .replays import ReplayAudit
from .report import AuditReport
from .retractions import RetractionAudit
from .tally import Tally, parse_tally

OUTCOME_ROLES = (TopicRole.VALID, TopicRole.INVALID, TopicRole.DEAD_LETTER)


class Audit:
    """Takes outcomes (each partition in offset order) and tallies, then gives the report."""

    def __init__(
        self,
        ledger: Ledger,
        lane: str,
        hop: HopAudit | None = None,
        ends: EndAudit | None = None,
        replays: ReplayAudit | None = None,
        *,
        retractions: RetractionAudit | None = None,
    ) -> None:
        """``hop``, ``ends``: the audits of the lanes behind, with what came in to them still to be entered.
        ``replays``: that of new tries, with the raw records among them entered.

        Without ``ends`` nobody looks behind ``traces.classified``, and the whole way is not balanced.
        """
        self.ledger = ledger
        self._hop = hop or HopAudit({})
        self._ends = ends or EndAudit({})
        self._replays = replays or ReplayAudit()
        self._retractions = retractions or RetractionAudit()
        self._whole_way = ends is not None
        self._books = {lane: ledger, CLASSIFIER: self._hop.ledger}
        if ends is not None:
            self._books[REMEDIATION] = ends.ledger
        self._findings = FindingList()
        self._latest: dict[bytes | None, Tally] = {}

    def outcome(self, outcome: OutcomeSeen) -> None:
        """Judge an outcome beside its raw record, and book it."""
        for check in OUTCOME_CHECKS:
            self._findings.add(check(self.ledger, outcome))
        self.ledger.enter(outcome)
        match outcome.envelope, outcome.marks.source:
            case Envelope(contents=Opened(said=bytes(said))), Source() as source if said:
                self._ends.opened(source, said)

    def failing(self, record: RawRecord) -> None:
        """Enter a record of ``traces.invalid`` as what came in to the classifier."""
        self._hop.came(read_hop(record))

    def classified(self, record: RawRecord) -> None:
        """Judge a record of ``traces.classified``, book it, and enter it as what came in to the last lane."""
        self._findings.add(self._hop.went(read_hop(record)))
        if self._whole_way:
            self._ends.came(record)

    def receipt(self, record: RawRecord) -> None:
        """Judge a record of ``quality.receipts``, and book it: of a rule's repair or its retraction, or of a person's edit."""
        if is_retraction_event(record):
            self._findings.add(self._retractions.event(record))
            return
        edited = is_edit_receipt(record)
        self._findings.add(self._replays.edit(record) if edited else self._ends.receipt(record))

    def ended(self, outcome: OutcomeSeen, record: RawRecord) -> None:
        """Judge the end of a failing trace beside its raw record and beside its classified one, and book it.

        Or a retraction, which lies beside repaired traces and is no end.
        """
        if names.first(record.headers, names.RETRACTS) is not None:
            self._findings.add(self._retractions.took_back(record))
            return
        for check in END_CHECKS:
            self._findings.add(check(self.ledger, outcome))
        self._findings.add(self._ends.went(outcome.role, record))

    def fact(self, record: RawRecord) -> None:
        """Judge a record of ``quality.issues``, and book it."""
        if not is_command(record):
            self._findings.add(self._hop.fact(read_fact(record)))

    def tally(self, record: RawRecord) -> None:
        """Book a tally of one of these lanes; others' count other topics."""
        tally = parse_tally(source_of(record), record.value)
        if isinstance(tally, str):
            self._findings.add([AuditFinding(FindingKind.TALLY_UNREADABLE, source_of(record), tally)])
        elif tally.lane not in self._books:
            return
        elif tally.part == 1:
            self._latest[record.key] = tally
            self._books[tally.lane].tallies.append(tally)
        elif record.key in self._latest:
            # One slot's transactions have one key and follow each other, so this part belongs to the last.
            self._latest[record.key].counts.update(tally.counts)
        else:
            why = f"part {tally.part} without the first"
            self._findings.add([AuditFinding(FindingKind.TALLY_UNREADABLE, tally.at, why)])

    def report(
        self,
        group: str,
        journal: Iterable[JournalLine] = (),
        classifier_group: str = "",
        remediation_group: str = "",
    ) -> AuditReport:
        """Run the checks that look at everything. Call once."""
        for check in LEDGER_CHECKS:
            self._findings.add(check(self.ledger))
        self._findings.add(self._hop.check())
        self._findings.add(self._ends.check())
        self._findings.add(self._replays.check(self.ledger))
        self._findings.add(self._retractions.check(self.ledger, self._ends, self._replays))
        balanced = None
        if self._whole_way:
            balanced, unbalanced = balance(self.ledger, self._hop, self._ends)
            self._findings.add(unbalanced)
        self._findings.add(journal_check(self.ledger, journal))
        ledger = self.ledger
        count = ledger.count()
        latency = merge(tally.latency for tally in ledger.tallies)
        return AuditReport(
            group=group,
            partitions=len(ledger.raw),
            raw=count.records,
            accounted=count.accounted,
            in_flight=count.in_flight,
            expired=count.expired,
            out_of_reach=ledger.out_of_reach,
            outcomes={word_of(role): ledger.by_role[role] for role in OUTCOME_ROLES},
            by_code={code.value: ledger.by_code[code] for code in IssueCode if ledger.by_code[code]},
            tallies=len(ledger.tallies),
            opened=ledger.by_contents[Opened],
            claim_checks=ledger.by_contents[ClaimCheck],
            unopened=ledger.by_contents[Unopened],
            counts=self._findings.counts,
            examples=self._findings.examples,
            p50_ms=quantile(latency, 0.5),
            p99_ms=quantile(latency, 0.99),
            classified=self._hop.report(classifier_group),
            ended=self._ends.report(remediation_group),
            replays=self._replays.report(lambda at: where(ledger, self._hop, self._ends, at)),
            retractions=self._retractions.report(),
            balance=balanced,
        )
