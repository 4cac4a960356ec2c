"""Order per key survives: same partition number, and source offsets that only rise."""

from collections.abc import Iterator

from ..facts import OutcomeSeen
from ..finding import AuditFinding, FindingKind
from ..ledger import ORDERED, Ledger, way_of


def misplaced(ledger: Ledger, outcome: OutcomeSeen) -> Iterator[AuditFinding]:  # noqa: ARG001 - the signature of a check
    """On all topics but the dead letters' a record keeps its partition number (DESIGN 4)."""
    source = outcome.marks.source
    if source is not None and outcome.role in ORDERED and outcome.at.partition != source.partition:
        yield AuditFinding(
            FindingKind.MISPLACED, outcome.at, "its partition is not that of its source", source
        )


def reordered(ledger: Ledger, outcome: OutcomeSeen) -> Iterator[AuditFinding]:
    """From one raw partition to one outcome partition, sources strictly rise with the offset."""
    source = outcome.marks.source
    if source is None:
        return
    previous = ledger.latest_source.get(way_of(outcome, source), -1)
    if source.offset <= previous:
        yield AuditFinding(
            FindingKind.REORDERED, outcome.at, f"it comes after source offset {previous}", source
        )
