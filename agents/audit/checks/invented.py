"""An outcome of nothing."""

from collections.abc import Iterator

from ..facts import OutcomeSeen, Place
from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger


def invented(ledger: Ledger, outcome: OutcomeSeen) -> Iterator[AuditFinding]:
    """The source must be a raw record that a ``read_committed`` reader sees: not an aborted one, not a marker.

    A source that retention has removed is out of reach, which is no finding.
    """
    source = outcome.marks.source
    if source is None:
        yield AuditFinding(FindingKind.INVENTED, outcome.at, "header assay-src is missing or no source")
        return
    partition = ledger.raw.get(Place(source.topic, source.partition))
    if partition is None:
        # Its topic is a word of unknown origin, so it is not repeated.
        yield AuditFinding(FindingKind.INVENTED, outcome.at, "the source is no partition of a raw topic")
    elif source.offset >= partition.low and source.offset not in partition.facts:
        yield AuditFinding(
            FindingKind.INVENTED, outcome.at, "no visible raw record lies at its source", source
        )
