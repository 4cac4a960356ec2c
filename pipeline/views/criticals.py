"""The view ``criticals``: the newest critical issues, from the facts on quality.issues."""

from collections.abc import Sequence

import orjson

from ..core import headers as names
from ..core.document import Json
from ..core.issue import Severity
from ..core.record import Record
from .delta import ALL, Delta, Put, Trim
from .reading import document_of, millis_of, number, text

VIEW = "criticals"
COLLECTION = "issues"
KEEP = 1000
DETECTED = b"assay.issue.detected.v1"


def fold_criticals(records: Sequence[Record]) -> list[Delta]:
    """See :class:`~assay.pipeline.views.delta.Fold`. Commands on the same topic are left out."""
    puts: list[Delta] = []
    for record in records:
        fact = document_of(record.value)
        named = (names.first(record.headers, names.CE_ID) or b"").decode("utf-8", "replace")
        is_fact = names.first(record.headers, names.CE_TYPE) == DETECTED
        if fact is None or not is_fact or text(fact, "severity") != Severity.CRITICAL:
            continue
        puts.append(_put(named or f"{record.partition}/{record.offset}", fact))
    return [*puts, Trim(COLLECTION, KEEP)] if puts else []


def _put(name: str, fact: dict[str, Json]) -> Put:
    members = ("code", "category", "severity", "tenant_id", "subject", "fingerprint", "team", "detected_at")
    source = fact.get("source")
    document: dict[str, Json] = {member: text(fact, member) for member in members}
    document["source"] = f"{text(source, 'topic')}/{number(source, 'partition')}/{number(source, 'offset')}"
    document["producer"] = text(fact, "producer", "name")
    document["occurrences"] = number(fact, "occurrences")
    tenant = f"tenant={text(fact, 'tenant_id')}"
    at = millis_of(text(fact, "detected_at"))
    return Put(COLLECTION, name, at, [ALL, tenant], {}, orjson.dumps(document).decode())
