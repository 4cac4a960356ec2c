"""The audit of the classifier: every record of ``traces.invalid`` has exactly one on ``traces.classified``, and its facts.

The same books and checks as for the raw topics, a hop further on: here ``traces.invalid`` is what came in.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import NONE

from .checks.doubled import doubled
from .checks.missing import missing
from .checks.order import misplaced, reordered
from .checks.progress import ahead, overrun
from .checks.tallies import tally_coverage, tally_mismatch
from .facts import OutcomeSeen, Place, RawFact
from .finding import AuditFinding, FindingKind
from .hop_facts import AS_IT_CAME, Came, HopRecord, IssueFact, mismatch, unfit
from .hop_report import HopReport
from .ledger import Ledger, RawPartition
from .matching import Matching
from .tally import Tally

LANE = "classifier"
CHECKS = (missing, doubled, tally_mismatch, tally_coverage, ahead, overrun)


class HopAudit:
    """Fed in this order: records of ``traces.invalid``, then (each partition in offset order) classified ones and facts."""

    def __init__(
        self,
        invalid: Mapping[Place, RawPartition],
        *,
        trimmed: frozenset[tuple[TopicRole, int]] = frozenset(),
        facts_trimmed: bool = False,
    ) -> None:
        """``facts_trimmed``: whether retention has removed facts, so that none can be missed."""
        self.ledger = Ledger(invalid, trimmed=trimmed)
        self._facts_trimmed = facts_trimmed
        self.matching = Matching(
            frozenset(place.partition for place, partition in invalid.items() if partition.low > 0)
        )
        self._came: dict[Place, dict[int, Came]] = {place: {} for place in invalid}
        self._same: dict[frozenset[str], frozenset[str]] = {}
        """One object for equal sets of fingerprints, so that a million traces cost little."""
        self._facts: dict[Source, Counter[str]] = defaultdict(Counter)
        self._words: dict[str, Counter[str]] = {
            "severity": Counter(),
            "team": Counter(),
            "disposition": Counter(),
        }
        self._groups: set[str] = set()
        self._fact_count = 0

    def came(self, record: HopRecord) -> None:
        """Enter a record of ``traces.invalid``."""
        place = Place(record.at.topic, record.at.partition)
        self.ledger.raw[place].facts[record.at.offset] = RawFact(record.digest, b"", record.marks.tenant)
        kept = record.kept
        groups = self._same.setdefault(kept.groups, kept.groups)
        self._came[place][record.at.offset] = kept._replace(groups=groups)
        self.matching.came(record)

    def went(self, record: HopRecord) -> Iterator[AuditFinding]:
        """Judge a record of ``traces.classified`` beside the one that it came from, and book it."""
        source = record.marks.source
        for name, word in (
            ("severity", record.said.severity),
            ("team", record.decided.team),
            ("disposition", record.said.disposition),
        ):
            if word:
                self._words[name][word] += 1
        at = self.matching.origin(record)
        marks = record.marks._replace(source=at, tenant=record.marks.tenant or NONE)
        seen = OutcomeSeen(TopicRole.CLASSIFIED, record.at, marks, record.digest, None)
        if at is None:
            self.ledger.enter(seen)
            if self.matching.is_out_of_reach(source):
                self.ledger.out_of_reach += 1
            else:
                why = "no visible record of traces.invalid has its source"
                yield AuditFinding(FindingKind.INVENTED, record.at, why, source)
            return
        for why in unfit(self._came[Place(at.topic, at.partition)][at.offset], record):
            yield AuditFinding(FindingKind.ALTERED, record.at, why, source)
        yield from misplaced(self.ledger, seen)
        yield from reordered(self.ledger, seen)
        self.ledger.enter(seen)

    def fact(self, fact: IssueFact) -> Iterator[AuditFinding]:
        """Judge a record of ``quality.issues``, and book it."""
        self._fact_count += 1
        self._groups.add(fact.fingerprint)
        for why in fact.faults:
            yield AuditFinding(FindingKind.FACTS_MISMATCH, fact.at, why, fact.source)
        source = fact.source
        places = self.matching.of_source(source)
        if source is None or not places:
            if not self.matching.is_out_of_reach(source):
                why = "no visible record of traces.invalid has its source"
                yield AuditFinding(FindingKind.INVENTED, fact.at, why, source)
            return
        self._facts[source][fact.fingerprint] += 1
        first = places[0]
        if fact.tenant != self._came[Place(first.topic, first.partition)][first.offset].tenant:
            yield AuditFinding(
                FindingKind.WRONG_TENANT, fact.at, "its tenant is not that of its trace", source
            )

    def tally(self, tally: Tally) -> None:
        """Book a tally of this lane."""
        self.ledger.tallies.append(tally)

    def check(self) -> Iterator[AuditFinding]:
        """The checks that look at everything. Call once, last."""
        for check in CHECKS:
            yield from check(self.ledger)
        yield from self._check_facts()

    def _check_facts(self) -> Iterator[AuditFinding]:
        """The facts of what is committed are those of its issues, each once. Of the rest not all may have been read."""
        for place, partition in self.ledger.raw.items():
            for offset, record in self._came[place].items():
                source = record.source
                if offset >= partition.committed or source is None:
                    continue
                if len(self.matching.of_source(source)) > 1 or self.ledger.may_have_expired(place, offset):
                    continue  # the former is a finding of its own
                fates = partition.fates.get(offset, ())
                unread = any(fate.reason in AS_IT_CAME for fate in fates)
                expected = frozenset[str]() if unread else record.groups
                why = mismatch(expected, self._facts.get(source, Counter()))
                if why is not None and not self._facts_trimmed:
                    yield AuditFinding(FindingKind.FACTS_MISMATCH, Source(*place, offset), why, source)

    def report(self, group: str) -> HopReport:
        """What it comes to."""
        ledger = self.ledger
        count = ledger.count()
        return HopReport(
            group=group,
            records=count.records,
            accounted=count.accounted,
            in_flight=count.in_flight,
            expired=count.expired,
            out_of_reach=ledger.out_of_reach,
            facts=self._fact_count,
            issue_groups=len(self._groups),
            tallies=len(ledger.tallies),
            by_severity=_ranked(self._words["severity"]),
            by_team=_ranked(self._words["team"]),
            by_disposition=_ranked(self._words["disposition"]),
        )


def _ranked(words: Counter[str]) -> Mapping[str, int]:
    return dict(words.most_common())
