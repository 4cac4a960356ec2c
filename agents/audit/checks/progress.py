"""Positions: of the group, of retention, and of what readers can get past."""

from collections.abc import Iterator

from assay.pipeline.core.record import Source

from ..finding import AuditFinding, FindingKind
from ..ledger import NEVER, Ledger


def ahead(ledger: Ledger) -> Iterator[AuditFinding]:
    """An outcome without the committed offset: not written in one transaction, so a restart will double it.

    Judged by the committed offsets taken after all outcomes were read.
    """
    for place, committed in ledger.committed_after.items():
        for offset in sorted(ledger.raw[place].fates):
            if offset >= committed:
                yield AuditFinding(
                    FindingKind.AHEAD,
                    Source(*place, offset),
                    "the group never committed" if committed == NEVER else f"the group committed {committed}",
                )


def overrun(ledger: Ledger) -> Iterator[AuditFinding]:
    """Retention may only remove what was consumed."""
    for place, partition in ledger.raw.items():
        if NEVER < partition.committed < partition.low:
            yield AuditFinding(
                FindingKind.OVERRUN,
                Source(*place, partition.committed),
                f"the first record left is at {partition.low}",
            )


def hanging(ledger: Ledger) -> Iterator[AuditFinding]:
    """The last stable offset reaches the high watermark once the transactions of that moment have ended."""
    for each in ledger.open_transactions:
        yield AuditFinding(
            FindingKind.HANGING,
            Source(*each.place, each.stable),
            f"readers stand at {each.stable}, the high watermark was {each.high}",
        )
