"""The producer's side: what Kafka acknowledged is there, and got the verdict that it must."""

from collections.abc import Iterable, Iterator

from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole

from ..facts import Fate, Place
from ..finding import AuditFinding, FindingKind
from ..journal import JournalLine
from ..ledger import Ledger
from ..observe import digest_of


def journal(ledger: Ledger, lines: Iterable[JournalLine]) -> Iterator[AuditFinding]:
    """Every acknowledged record is visible, and its outcome fits what the producer knows of it.

    A record without an outcome is in flight or missing, which other checks tell; one that retention has
    removed says nothing.
    """
    for line in lines:
        if line.source is None:
            continue
        source = line.source
        partition = ledger.raw.get(Place(source.topic, source.partition))
        if partition is None:
            yield AuditFinding(
                FindingKind.JOURNAL_LOST, source, "no raw topic of this environment has this place"
            )
            continue
        fact = partition.facts.get(source.offset)
        if fact is None:
            if source.offset >= partition.low:
                yield AuditFinding(FindingKind.JOURNAL_LOST, source, "no visible record lies there")
            continue
        if fact.digest.key != digest_of(line.key, None, ()).key:
            yield AuditFinding(FindingKind.JOURNAL_LOST, source, "a record with another key lies there")
            continue
        if line.known:
            for fate in partition.fates.get(source.offset, ()):
                yield from _contradictions(line, fate, source)


def _contradictions(line: JournalLine, fate: Fate, source: Source) -> Iterator[AuditFinding]:
    passes = line.expected is None or not line.blocking
    if passes != (fate.role is TopicRole.VALID):
        should, did = ("pass", "fail") if passes else ("fail", "pass")
        yield AuditFinding(
            FindingKind.JOURNAL_CONTRADICTED,
            source,
            f"it should {should} and did {did} (expected: {line.expected or 'nothing wrong'})",
        )
    elif line.expected is not None and line.expected not in fate.codes:
        yield AuditFinding(
            FindingKind.JOURNAL_CONTRADICTED, source, f"{line.expected} is not among its issues"
        )
