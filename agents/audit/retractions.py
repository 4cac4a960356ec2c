"""The audit of undone rules: each repair that was taken back is told of once, and one new try takes its place (ADR 8).

A retraction is no outcome: the repaired trace keeps its own, and the new try has one as well. So the books balance without
it, and here it is compared with both.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from assay.pipeline.core import headers as names
from assay.pipeline.core.document import Json
from assay.pipeline.core.record import RawRecord, Source, source_of
from assay.pipeline.core.topics import TopicRole

from .documents import text_of
from .end import EndAudit
from .event import read_event
from .facts import Place
from .finding import AuditFinding, FindingKind
from .ledger import Ledger
from .marks import parse_source
from .replays import ReplayAudit, Replayed


class RetractionFact(NamedTuple):
    """A record of ``traces.remediated`` that takes another one back."""

    at: Source
    source: Source
    """The raw record of the repaired trace."""
    key: bytes
    rule: str
    job: str
    repair: str


class RetractionAudit:
    """Fed with retractions and their events, then asked."""

    def __init__(self, *, trimmed: bool = False, receipts_trimmed: bool = False, proved: bool = True) -> None:
        """``trimmed``: whether retention has removed repaired traces, ``receipts_trimmed``: receipts.

        ``proved``: whether the secret is at hand by which a new try is known.
        """
        self._trimmed, self._receipts_trimmed, self._proved = trimmed, receipts_trimmed, proved
        self._of_source: dict[Source, list[RetractionFact]] = defaultdict(list)
        self._events: Counter[tuple[str, str]] = Counter()
        """By repair and rule."""

    def took_back(self, record: RawRecord) -> Iterator[AuditFinding]:
        """Judge a retraction by itself, and book it."""
        at = source_of(record)
        said = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
        source = parse_source(said.get(names.RETRACTS, ""))
        if source is None:
            yield AuditFinding(FindingKind.INVENTED, at, "it takes back what is no source")
            return
        for fits, why in (
            (record.value is None, "a retraction holds a value"),
            (names.OUTCOME not in said, "a retraction claims to be an outcome"),
            (said.get(names.SRC) == str(source), "it takes back another record than the one that it is of"),
            (bool(said.get(names.REPLAY_WITHOUT)), "it does not name the rule that is undone"),
        ):
            if not fits:
                yield AuditFinding(FindingKind.ALTERED, at, why, source)
        fact = RetractionFact(
            at,
            source,
            b"" if record.key is None else hashlib.sha256(record.key).digest()[:16],
            said.get(names.REPLAY_WITHOUT, ""),
            said.get(names.REPLAY_JOB, ""),
            said.get(names.RECEIPT, ""),
        )
        self._of_source[source].append(fact)

    def event(self, record: RawRecord) -> Iterator[AuditFinding]:
        """Judge the event of a retraction by itself, and book it."""
        event = read_event(record)
        for why in event.faults:
            yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, source_of(record), why, event.source)
        rule = f"{text_of(event.document.get('rule'))}@{text_of(event.document.get('version'))}"
        self._events[text_of(event.document.get("repair_id")), rule] += 1

    def check(self, ledger: Ledger, ends: EndAudit, replays: ReplayAudit) -> Iterator[AuditFinding]:
        """Each retraction against the trace before it and the try behind it. Call once, last."""
        for source, facts in self._of_source.items():
            if len(facts) > 1:
                why = f"its repair was taken back {len(facts)} times"
                yield AuditFinding(FindingKind.DOUBLED, facts[-1].at, why, source)
            yield from self._before(facts[0], ledger, ends)
            if self._proved:
                yield from self._behind(facts[0], ledger, replays)
            told = self._events[facts[0].repair, facts[0].rule]
            if told != len(facts) and not (self._receipts_trimmed and told == 0):
                why = f"quality.receipts tells {told} times that its repair was taken back"
                yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, facts[0].at, why, source)
        if not self._trimmed:
            for tries in replays.by_root():
                yield from self._untold(tries, ledger)

    def _before(self, fact: RetractionFact, ledger: Ledger, ends: EndAudit) -> Iterator[AuditFinding]:
        came = ledger.fact_of(fact.source)
        if came is None:
            return  # removed by retention, or the trace before it is a finding of its own
        if not any(role is TopicRole.REMEDIATED for role, _ in ends.ends.get(fact.source, ())):
            if not self._trimmed:
                why = "no repaired trace is what it takes back"
                yield AuditFinding(FindingKind.INVENTED, fact.at, why, fact.source)
            return
        if fact.at.partition != fact.source.partition:
            why = "it is not on the partition of the trace that it takes back"
            yield AuditFinding(FindingKind.MISPLACED, fact.at, why, fact.source)
        if fact.key != came.digest.key:
            why = "its key is not that of the trace that it takes back"
            yield AuditFinding(FindingKind.ALTERED, fact.at, why, fact.source)

    def _behind(self, fact: RetractionFact, ledger: Ledger, replays: ReplayAudit) -> Iterator[AuditFinding]:
        came = ledger.fact_of(fact.source)
        if came is None:
            return
        root = came.replay_of or fact.source
        if not any(
            tried.mark.job == fact.job and fact.rule in tried.mark.without and tried.at != fact.source
            for tried in replays.of(root)
        ):
            why = "no new try without the rule takes the place of the repaired trace"
            yield AuditFinding(FindingKind.REPLAY_MISMATCH, fact.at, why, fact.source)

    def _untold(self, tries: list[Replayed], ledger: Ledger) -> Iterator[AuditFinding]:
        """Tries for which a rule was undone, and no retraction says so.

        Only of those that the detector had consumed when the audit began is it certain that theirs can be seen.
        """
        told = {
            (fact.job, fact.rule)
            for tried in tries
            for source in (tried.mark.of, *(other.at for other in tries))
            for fact in self._of_source.get(source, ())
        }
        known: set[str] = set()
        for tried in sorted(tries, key=lambda each: each.mark.attempt):
            consumed = tried.at.offset < ledger.raw[Place(tried.at.topic, tried.at.partition)].committed
            for rule in set(tried.mark.without) - known:
                if consumed and (tried.mark.job, rule) not in told:
                    why = "a rule was undone for it, and nothing on traces.remediated says so"
                    yield AuditFinding(FindingKind.REPLAY_MISMATCH, tried.at, why, tried.mark.of)
            known |= set(tried.mark.without)

    def report(self) -> dict[str, Json]:
        """The member ``retractions`` of the report of ``assay audit --json``: how many, and of which rule versions."""
        by_rule = Counter(fact.rule for facts in self._of_source.values() for fact in facts)
        return {"records": by_rule.total(), "by_rule": dict(by_rule.most_common())}
