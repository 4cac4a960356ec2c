"""The tenant comes from what is authenticated, or on a shared topic from the body (DESIGN 9)."""

from collections.abc import Iterator

from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.verdict import NONE

from ..facts import Envelope, OutcomeSeen
from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger

_EXPOSED = ("security.pii_", "security.secret_")
_UNREAD = frozenset({Reason.UNREADABLE, Reason.WORKER_CRASH})


def wrong_tenant(ledger: Ledger, outcome: OutcomeSeen) -> Iterator[AuditFinding]:
    """The header names the tenant that this reader finds itself.

    A trace that the pipeline could not read is nobody's on a shared topic; this reader, being more lenient with
    JSON, may have found somebody there. Nor may a tenant be said that is itself personal data or a secret.
    """
    source = outcome.marks.source
    fact = ledger.fact_of(source)
    if source is None or fact is None:
        return
    expected = fact.tenant
    if outcome.marks.reason in _UNREAD and source.topic in ledger.shared:
        expected = NONE
    if outcome.marks.tenant == NONE and source.topic in ledger.shared and _exposes(outcome):
        return
    if expected is not None and outcome.marks.tenant != expected:
        yield AuditFinding(
            FindingKind.WRONG_TENANT, outcome.at, "header assay-tenant is not its tenant", source
        )


def _exposes(outcome: OutcomeSeen) -> bool:
    """Whether the trace failed of data that must not be there."""
    codes = outcome.envelope.codes if isinstance(outcome.envelope, Envelope) else ()
    return any(code.startswith(_EXPOSED) for code in codes)
