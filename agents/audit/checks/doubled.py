"""A raw record of which too much became."""

from collections.abc import Iterator

from assay.pipeline.core.record import Source

from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger


def doubled(ledger: Ledger) -> Iterator[AuditFinding]:
    """One outcome per source, over all outcome topics together: a new try is a record of its own."""
    for place, partition in ledger.raw.items():
        several = {offset: fates for offset, fates in partition.fates.items() if len(fates) > 1}
        for offset, fates in sorted(several.items()):
            topics = ", ".join(sorted({fate.role.value for fate in fates}))
            yield AuditFinding(
                FindingKind.DOUBLED, Source(*place, offset), f"{len(fates)} outcomes in {topics}"
            )
