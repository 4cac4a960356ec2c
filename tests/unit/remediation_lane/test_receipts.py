"""What processes know of rules: from receipts, their own and others', across restarts (S0-125, S0-128)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from assay.agents import receipts as receipts_module
from assay.agents.policy_files import load_policies
from assay.agents.receipts import Noted, ReceiptWatch, read_noted
from assay.agents.rule_trust import RuleTrust
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.dispose import Effect, ReceiptWriter, RuleTried, Tried
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import Permission, Trust

NOW_NS = 1_700_000_000_000_000_000
RULE = "missing_required_fields"
RULE_ID = f"{RULE}@1"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_policies(load_settings())


@pytest.fixture
def trust(bundle: Bundle) -> RuleTrust:
    trust = RuleTrust()
    trust.use(bundle)
    return trust


def a_receipt(offset: int, effect: Effect, tenant: str = "acme") -> RawRecord:
    rule = RuleTried(RULE, "1", ("schema.required_missing",), "applied", "", "", "", effect)
    tried = Tried(
        source=Source("traces.raw", 0, offset),
        tenant=tenant,
        subject="workflow_trace",
        schema_version="1.2.0",
        trace_id="t",
        producer="importer",
        producer_version="1.0",
        attempts=1,
        fingerprint="0" * 16,
        rules=[rule],
        patch=[],
        inverse=[],
        came=b"",
        left=None,
        outcome=Outcome.DEAD_LETTERED,
        reason=Reason.REPAIR_FAILED,
    )
    [written] = ReceiptWriter(BUNDLE, KeylessSealer())(tried, NOW_NS)
    return RawRecord(
        "quality.receipts", 0, offset, NOW_NS // 10**6, written.key, written.value, written.headers
    )


def noted(number: int, effect: Effect, tenant: str = "acme", version: str = "1.0") -> Noted:
    return Noted(f"traces.raw/0/{number}/1/1", RULE_ID, effect, tenant, "importer", version)


def test_a_receipt_says_of_its_rule_what_counts() -> None:
    record = a_receipt(5, Effect.MISSED)
    assert read_noted(record.value, record.headers) == noted(5, Effect.MISSED)


@pytest.mark.parametrize(
    "change", [{"effect": "splendid"}, {"rule": None}, {"producer": []}, {"producer": {"name": 1}}]
)
def test_what_is_no_receipt_is_left_out(change: dict[str, Any]) -> None:
    """D-15."""
    record = a_receipt(5, Effect.MISSED)
    document = orjson.loads(record.value or b"") | change
    assert read_noted(orjson.dumps(document), record.headers) is None
    assert read_noted(b"\xff", ()) is None
    assert read_noted(None, ()) is None


def test_a_rule_that_starts_failing_is_shut_within_20_traces(trust: RuleTrust) -> None:
    """Must show 3; S0-128: after a long good time as well."""
    for number in range(500):
        trust.take(noted(number, Effect.FIXED), NOW_NS)
    assert trust.trust([RULE_ID]) is Trust.TRUSTED
    failures = 0
    while trust.trust([RULE_ID]) is Trust.TRUSTED:
        trust.take(noted(1000 + failures, Effect.MISSED, tenant=str(failures)), NOW_NS)
        failures += 1
    assert failures <= 20
    assert trust.rate(RULE_ID) < 0.95
    assert trust.trust(["invalid_data_types@1", RULE_ID]) is Trust.SHUT
    assert trust.trust(["invalid_data_types@1"]) is Trust.TRUSTED


def test_a_result_counts_once_however_often_it_is_heard_of(trust: RuleTrust) -> None:
    """Made here, read back, and read again after a reconnection."""
    for _ in range(50):
        trust.take(noted(7, Effect.MISSED), NOW_NS)
    assert trust.trust([RULE_ID]) is Trust.TRUSTED


def test_what_is_unclear_counts_for_nothing(trust: RuleTrust) -> None:
    before = trust.rate(RULE_ID)
    for number in range(50):
        trust.take(noted(number, Effect.UNCLEAR), NOW_NS)
    assert trust.rate(RULE_ID) == before


def test_where_a_rule_keeps_failing_it_is_not_tried_for_a_while(trust: RuleTrust) -> None:
    """The breaker is of one tenant and one version of the producer."""
    for number in range(5):
        trust.take(noted(number, Effect.MISSED), NOW_NS)
    assert trust.permission([RULE_ID], "acme", "1.0", NOW_NS) is Permission.REFUSED
    assert trust.permission([RULE_ID], "acme", "1.1", NOW_NS) is Permission.GRANTED
    assert trust.permission([RULE_ID], "globex", "1.0", NOW_NS) is Permission.GRANTED
    assert len(trust.breakers()) == 1
    assert trust.permission([RULE_ID], "acme", "1.0", NOW_NS + 61 * 10**9) is Permission.TRIAL


def test_a_rule_that_no_bundle_has_is_not_trusted(trust: RuleTrust) -> None:
    assert trust.trust(["unknown@1"]) is Trust.SHUT
    assert trust.trust([]) is Trust.TRUSTED


@dataclass
class Topic:
    """``quality.receipts`` as the watch reads it; an error in ``answers`` is raised."""

    there: Sequence[RawRecord] = ()
    answers: list[Any] = field(default_factory=list)
    opened: int = 0
    watch: ReceiptWatch | None = None

    async def open(self) -> Sequence[RawRecord]:
        self.opened += 1
        return self.there

    async def more(self) -> Sequence[RawRecord]:
        if not self.answers:
            assert self.watch is not None
            await self.watch.stop()
            return []
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]  # a test's own list

    async def close(self) -> None:
        pass


async def test_what_was_learnt_survives_a_restart(trust: RuleTrust) -> None:
    """The gate is shut before the first trace is repaired."""
    topic = Topic([a_receipt(number, Effect.MISSED, tenant=str(number)) for number in range(20)])
    await ReceiptWatch(topic, trust).start()
    assert trust.trust([RULE_ID]) is Trust.SHUT


async def test_what_others_learn_holds_here_and_an_outage_is_survived(
    trust: RuleTrust, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(receipts_module, "FIRST_REOPEN_S", 0.0)
    failing = [a_receipt(number, Effect.MISSED, tenant=str(number)) for number in range(20)]
    odd = RawRecord("quality.receipts", 0, 99, 0, b"k", b"?")
    topic = Topic([], [[odd], failing[:3], TransientError("Kafka is away"), failing])
    topic.watch = watch = ReceiptWatch(topic, trust)
    async with asyncio.timeout(10):
        await watch.start()
        await watch.run()
    assert trust.trust([RULE_ID]) is Trust.SHUT
    assert topic.opened == 2
    assert "left out of account" in caplog.text
