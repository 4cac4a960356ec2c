"""The tenant comes from what is authenticated, or on a shared topic from the body (DESIGN 9)."""

from collections.abc import Iterator

from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.verdict import NONE

from ..facts import OutcomeSeen
from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger

_UNREAD = frozenset({Reason.UNREADABLE, Reason.WORKER_CRASH})


def wrong_tenant(ledger: Ledger, outcome: OutcomeSeen) -> Iterator[AuditFinding]:
    """The header names the tenant that this reader finds itself.

    A trace that the pipeline could not read is nobody's on a shared topic; this reader, being more lenient with
    JSON, may have found somebody there.
    """
    source = outcome.marks.source
    fact = ledger.fact_of(source)
    if source is None or fact is None:
        return
    expected = fact.tenant
    if outcome.marks.reason in _UNREAD and source.topic in ledger.shared:
        expected = NONE
    if expected is not None and outcome.marks.tenant != expected:
        yield AuditFinding(
            FindingKind.WRONG_TENANT, outcome.at, "header assay-tenant is not its tenant", source
        )
