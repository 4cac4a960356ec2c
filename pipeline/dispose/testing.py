"""Records, verdicts and a sealer without keys, for tests of what is written."""

import hashlib
from dataclasses import dataclass, replace

from ..core.code_words import SENTENCES
from ..core.codes import IssueCode
from ..core.errors import SealError
from ..core.issue import Category, Issue, Severity
from ..core.record import Headers, RawRecord
from ..core.sealed import Sealed
from ..core.verdict import Identity, Verdict
from ..policy.bundle import Bundle, Limits

BUNDLE = Bundle(bundle_id="0123456789abcdef" * 4, limits=Limits(), subjects={}, bindings={})


def a_record(
    value: bytes | None = b'{"trace_id":"t-1"}',
    *,
    key: bytes | None = b"k",
    headers: Headers = (),
    topic: str = "traces.raw",
    partition: int = 3,
    offset: int = 42,
    timestamp: int = 1_700_000_000_000,
) -> RawRecord:
    """A raw record."""
    return RawRecord(topic, partition, offset, timestamp, key, value, headers)


_ISSUE = Issue(
    code=IssueCode.SCHEMA_REQUIRED_MISSING,
    category=Category.SCHEMA,
    severity=Severity.CRITICAL,
    blocking=True,
    path="/steps/0/name",
    keyword="required",
    message=SENTENCES[IssueCode.SCHEMA_REQUIRED_MISSING],
    expected="a text",
    actual_masked="missing",
    rule="",
    detector="schema",
)


def an_issue(
    code: IssueCode = IssueCode.SCHEMA_REQUIRED_MISSING,
    *,
    category: Category = Category.SCHEMA,
    severity: Severity = Severity.CRITICAL,
    blocking: bool = True,
    path: str = "/steps/0/name",
) -> Issue:
    """An issue; what is not said is that of a missing required field."""
    return replace(_ISSUE, code=code, category=category, severity=severity, blocking=blocking, path=path)


def a_verdict(
    *issues: Issue,
    tenant: str = "acme",
    subject: str = "workflow_trace",
    schema_version: str = "1.2.0",
    trace_id: str = "t-1",
    producer: str = "importer",
    readable: bool = True,
) -> Verdict:
    """A verdict with these issues; it blocks when one of them does."""
    blocking = any(issue.blocking for issue in issues)
    return Verdict(tenant, subject, schema_version, issues, Identity(trace_id, producer), blocking, readable)


@dataclass(frozen=True, slots=True)
class KeylessSealer:
    """A ``Sealer`` and an ``Opener`` that keeps tests honest, not secrets: unreadable, bound to tenant and aad.

    Deterministic, so that documents can be compared.
    """

    def seal(self, tenant: str, plaintext: bytes, aad: bytes) -> Sealed:
        """Hide the plaintext under a key stream made of tenant and aad."""
        check = hashlib.sha256(tenant.encode() + aad + plaintext).digest()[:16]
        return Sealed("A256GCM", "test:0", b"wrapped", b"nonce", _xor(plaintext, tenant, aad) + check)

    def open(self, tenant: str, sealed: Sealed, aad: bytes) -> bytes:
        """The plaintext, or ``SealError`` when tenant, aad or ciphertext are others."""
        plaintext = _xor(sealed.ciphertext[:-16], tenant, aad)
        if self.seal(tenant, plaintext, aad) != sealed:
            raise SealError("altered")
        return plaintext


def _xor(content: bytes, tenant: str, aad: bytes) -> bytes:
    stream = hashlib.shake_256(tenant.encode() + b"\0" + aad).digest(len(content))
    mixed = int.from_bytes(content, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(len(content), "big")
