"""Records of the quality topics, as lanes write them."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from assay.pipeline.core import headers as names
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.record import RawRecord
from assay.pipeline.dispose import Tally
from assay.pipeline.dispose.testing import BUNDLE, a_record, an_issue
from assay.pipeline.testing import FakeClock

NOW_NS = FakeClock().now_ns()
NOW_S = NOW_NS // 10**9


class Span:
    topic, partition, first, next, fetched = "traces.raw", 0, 0, 5, 3


class Made:
    """Makers of records."""

    now_ns = NOW_NS
    now_s = NOW_S

    def tally(
        self, *, tenant: str = "acme", passed: int = 2, at_ns: int = NOW_NS, offset: int = 0
    ) -> RawRecord:
        """``passed`` valid traces and one that fails with a critical issue."""
        tally = Tally("detector", "g", BUNDLE)
        for _ in range(passed):
            tally.count(a_record(), tenant, Outcome.VALID, Reason.PASSED, at_ns)
        tally.count(
            a_record(), tenant, Outcome.QUARANTINED, Reason.BLOCKING_ISSUES, at_ns, issues=[an_issue()]
        )
        (out,) = tally.to_outgoing([Span()], at_ns)
        return RawRecord("quality.tallies", 0, offset, at_ns // 10**6, out.key, out.value)

    def state(self, key: str, offset: int = 0, **members: Any) -> RawRecord:
        value = orjson.dumps(members) if members else None
        return RawRecord("quality.tasks", 0, offset, 0, key.encode(), value)

    def contained(
        self,
        offset: int,
        *,
        tenant: str = "acme",
        severity: str = "critical",
        codes: Sequence[str] = ("security.pii_card",),
        at_ms: int = NOW_NS // 10**6,
        origin: str = "",
    ) -> RawRecord:
        envelope = {
            "schema": "assay/failed_trace/1-0-0",
            "trace_id": f"t-{offset}",
            "issues": [{"code": code} for code in codes],
            "issues_total": len(codes),
            "payload": {"ciphertext": "c2VjcmV0"},
        }
        headers = [
            (names.SRC, f"traces.raw/0/{offset}".encode()),
            (names.TENANT, tenant.encode()),
            (names.SEVERITY, severity.encode()),
            (names.FINGERPRINT, b"0123456789abcdef"),
            (names.REASON, b"security_or_compliance"),
        ]
        if origin:
            headers.append((names.REPLAY_OF, origin.encode()))
        return RawRecord("traces.quarantine", 0, offset, at_ms, b"k", orjson.dumps(envelope), headers)

    def fact(
        self, offset: int, *, severity: str = "critical", kind: bytes = b"assay.issue.detected.v1"
    ) -> RawRecord:
        fact = {
            "code": "security.pii_card",
            "severity": severity,
            "tenant_id": "acme",
            "detected_at": f"2026-01-02T03:04:{offset % 60:02d}.000000000Z",
            "source": {"topic": "traces.raw", "partition": 0, "offset": offset},
        }
        headers = [(names.CE_ID, f"f-{offset:05d}".encode()), (names.CE_TYPE, kind)]
        return RawRecord("quality.issues", 0, offset, 0, b"k", orjson.dumps(fact), headers)


@pytest.fixture(scope="session")
def made() -> Made:
    return Made()
