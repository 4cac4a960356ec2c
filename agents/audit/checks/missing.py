"""A raw record of which nothing became."""

from collections.abc import Iterator

from assay.pipeline.core.record import Source

from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger


def missing(ledger: Ledger) -> Iterator[AuditFinding]:
    """Below the committed offset every visible record has an outcome; at or after it, it is in flight."""
    for place, partition in ledger.raw.items():
        for offset in partition.facts:
            if (
                offset < partition.committed
                and offset not in partition.fates
                and not ledger.may_have_expired(place, offset)
            ):
                yield AuditFinding(
                    FindingKind.MISSING, Source(*place, offset), "no outcome names this source"
                )
