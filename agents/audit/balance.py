"""The conservation law over the whole way: each raw record has one of four ends, or is in flight before one lane.

Worked out from headers alone, record by record, apart from the books of the lanes, which ask the same hop by hop.
"""

from collections import Counter

from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole

from .end import LANE as REMEDIATION
from .end import EndAudit
from .end_report import Balance
from .facts import Place
from .finding import AuditFinding, FindingKind
from .hop import LANE as CLASSIFIER
from .hop import HopAudit
from .ledger import Ledger, word_of
from .matching import Matching

DETECTOR = "detector"


def balance(ledger: Ledger, hop: HopAudit, ends: EndAudit) -> tuple[Balance, list[AuditFinding]]:
    """Where every raw record is. A partition whose books do not balance is a finding, at its first such record."""
    counted: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    findings: list[AuditFinding] = []
    raw = 0
    for place, partition in ledger.raw.items():
        raw += len(partition.facts)
        wrong: list[int] = []
        for offset in partition.facts:
            where = _where(ledger, hop, ends, place, offset)
            (waiting if where in _LANES else counted)[where] += 1
            if where in (_LOST, _DOUBLED):
                wrong.append(offset)
        if wrong:
            why = f"of {len(partition.facts)} raw records of this partition {len(wrong)} have not exactly one end"
            findings.append(AuditFinding(FindingKind.UNBALANCED, Source(*place, wrong[0]), why))
    report = Balance(
        raw=raw,
        ends={word: counted[word] for word in map(word_of, _ENDS)},
        in_flight={lane: waiting[lane] for lane in _LANES},
        expired=counted[_EXPIRED],
        lost=counted[_LOST],
        doubled=counted[_DOUBLED],
    )
    return report, findings


def where(ledger: Ledger, hop: HopAudit, ends: EndAudit, source: Source) -> str:
    """The outcome of a raw record by its word, or ``in_flight``, ``expired``, ``lost``, ``doubled``.

    ``unknown`` for one that a reader cannot see.
    """
    if ledger.fact_of(source) is None:
        return "unknown"
    found = _where(ledger, hop, ends, Place(source.topic, source.partition), source.offset)
    return "in_flight" if found in _LANES else found


_LANES = (DETECTOR, CLASSIFIER, REMEDIATION)
_ENDS = (TopicRole.VALID, TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER)
_EXPIRED, _LOST, _DOUBLED = "expired", "lost", "doubled"


def _where(ledger: Ledger, hop: HopAudit, ends: EndAudit, place: Place, offset: int) -> str:
    """The word of its end, the lane before which it is, or what is wrong."""
    partition = ledger.raw[place]
    source = Source(*place, offset)
    fates = partition.fates.get(offset, ())
    judged = [fate.role for fate in fates if fate.role is not TopicRole.INVALID]
    found = [*judged, *(role for role, _ in ends.ends.get(source, ()))]
    if found:
        return _DOUBLED if len(found) > 1 else word_of(found[0])
    if not fates:
        if offset >= partition.committed:
            return DETECTOR
        return _EXPIRED if ledger.may_have_expired(place, offset) else _LOST
    if waiting := _waits(ends.ledger, ends.matching, source):
        return REMEDIATION if waiting == _WAITING else _EXPIRED
    if waiting := _waits(hop.ledger, hop.matching, source):
        return CLASSIFIER if waiting == _WAITING else _EXPIRED
    return _LOST


_WAITING = "waiting"


def _waits(ledger: Ledger, matching: Matching, source: Source) -> str:
    """Whether a record of this source is in flight before a lane, or may have expired; empty for neither."""
    for at in matching.of_source(source):
        place = Place(at.topic, at.partition)
        if at.offset in ledger.raw[place].fates:
            continue
        if at.offset >= ledger.raw[place].committed:
            return _WAITING
        if ledger.may_have_expired(place, at.offset):
            return _EXPIRED
    return _EXPIRED if matching.is_out_of_reach(source) else ""
