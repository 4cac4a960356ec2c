"""Tallies and topics say the same: transaction by transaction, and together over every record."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from assay.pipeline.core.record import Source

from ..facts import Place
from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger
from ..tally import Counted, Tally, TallySource


def tally_mismatch(ledger: Ledger) -> Iterator[AuditFinding]:
    """What a tally counts is what the topics hold for its source offsets, by tenant, outcome and reason.

    Left out: transactions that the committed offsets, taken first, do not cover yet; and those of which
    retention has removed a part.
    """
    offsets = {place: sorted(partition.facts) for place, partition in ledger.raw.items()}
    for tally in ledger.tallies:
        if any(source.place not in ledger.raw for source in tally.sources):
            yield AuditFinding(
                FindingKind.TALLY_MISMATCH, tally.at, "a source is no partition of a raw topic"
            )
        elif all(_settled(ledger, source) for source in tally.sources):
            yield from _compare(ledger, tally, offsets)


def _settled(ledger: Ledger, source: TallySource) -> bool:
    partition = ledger.raw[source.place]
    return partition.low <= source.first and source.next <= partition.committed


def _compare(ledger: Ledger, tally: Tally, offsets: Mapping[Place, list[int]]) -> Iterator[AuditFinding]:
    found: Counter[Counted] = Counter()
    expired = False
    for source in tally.sources:
        visible = offsets[source.place]
        inside = visible[bisect_left(visible, source.first) : bisect_left(visible, source.next)]
        if len(inside) != source.fetched:
            yield AuditFinding(
                FindingKind.TALLY_MISMATCH,
                tally.at,
                f"it fetched {source.fetched} records where {len(inside)} are visible",
                Source(*source.place, source.first),
            )
        fates = ledger.raw[source.place].fates
        for offset in inside:
            for fate in fates.get(offset, ()):
                found[Counted(fate.tenant, fate.word, fate.reason)] += 1
            expired = expired or (offset not in fates and ledger.may_have_expired(source.place, offset))
    if expired:
        return
    for row in sorted(found.keys() | tally.counts.keys()):
        if found[row] != tally.counts[row]:
            # Words of a row come from headers and tallies, so from our own vocabulary when all is well; when
            # it is not, they could be anything: only the numbers are repeated.
            yield AuditFinding(
                FindingKind.TALLY_MISMATCH,
                tally.at,
                f"it counts {tally.counts[row]} where the topics hold {found[row]} of one tenant, outcome and reason",
                Source(*tally.sources[0].place, tally.sources[0].first) if tally.sources else None,
            )


def tally_coverage(ledger: Ledger) -> Iterator[AuditFinding]:
    """Source ranges neither overlap nor leave out a visible record below the committed offset."""
    ranges: dict[Place, list[tuple[int, int, Tally]]] = defaultdict(list)
    for tally in ledger.tallies:
        for source in tally.sources:
            ranges[source.place].append((source.first, source.next, tally))
    for place, partition in ledger.raw.items():
        reached = 0
        starts: list[int] = []
        reaches: list[int] = []
        for first, after, tally in sorted(ranges[place], key=lambda each: each[:2]):
            if first < reached:
                yield AuditFinding(
                    FindingKind.TALLY_OVERLAP,
                    tally.at,
                    f"another tally reaches to source offset {reached}",
                    Source(*place, first),
                )
            reached = max(reached, after)
            starts.append(first)
            reaches.append(reached)
        for offset in partition.facts:
            started = bisect_right(starts, offset)
            if offset < partition.committed and (not started or reaches[started - 1] <= offset):
                yield AuditFinding(
                    FindingKind.TALLY_GAP, Source(*place, offset), "no tally counts this record"
                )
