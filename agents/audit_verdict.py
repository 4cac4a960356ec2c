"""What was found out about the audit log, as a document: for scripts, and for the API."""

from collections.abc import Mapping
from typing import Any, Final

from assay.pipeline.core.audit_chain import AuditVerdict, Tampering

SENTENCES: Final[Mapping[Tampering, str]] = {
    Tampering.EDITED: "is not what was written, or the entry before it is not",
    Tampering.DELETED: "stands where entries before it are gone",
    Tampering.INSERTED: "has a number that came before",
    Tampering.SWAPPED: "stands behind a later one",
    Tampering.TRUNCATED: "was written, and is not there: the log ends before it",
    Tampering.REWRITTEN: "is another one than this machine saw written",
}
"""What is said of an entry with a finding."""


def verdict_document(found: AuditVerdict) -> dict[str, Any]:
    """Nothing that an entry says is in it."""
    return {
        "ok": not found.findings,
        "entries": found.entries,
        "last": {"seq": found.last.seq, "hash": found.last.hash} if found.entries else None,
        "findings": [
            {
                "kind": finding.kind.value,
                "seq": finding.seq,
                "offset": None if finding.offset < 0 else finding.offset,
                "why": SENTENCES[finding.kind],
            }
            for finding in found.findings
        ],
    }
