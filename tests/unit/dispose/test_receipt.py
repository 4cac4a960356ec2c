"""Receipts: what a rule did, in the open without a value, and sealed with all of it (S0-127, D-07, D-10)."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from assay.pipeline.core.errors import SealError, TransientError
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.record import Source
from assay.pipeline.core.sealed import Sealed
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import (
    Effect,
    ReceiptWriter,
    RuleTried,
    Tried,
    changes_of,
    effect_of,
    open_receipt,
    repair_id,
)
from assay.pipeline.dispose.receipt import MOST_CHANGES
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer

NOW_NS = 1_700_000_000_000_000_000
SECRET = "geheim-4111"
PATCH: Any = [{"op": "replace", "path": "/a", "value": SECRET}]
INVERSE: Any = [{"op": "replace", "path": "/a", "value": None}]
write = ReceiptWriter(BUNDLE, KeylessSealer())


def a_rule(name: str = "fill_in", effect: Effect = Effect.FIXED, error: str = "") -> RuleTried:
    result = "failed" if error else "applied"
    return RuleTried(name, "1", ("schema.required_missing",), result, error, "a" * 64, "b" * 64, effect)


def tried(*rules: RuleTried, **members: Any) -> Tried:
    return Tried(
        source=Source("traces.raw", 3, 42),
        tenant="acme",
        subject="workflow_trace",
        schema_version="1.2.0",
        trace_id="t-1",
        producer="importer",
        producer_version="none",
        attempts=1,
        fingerprint="0123456789abcdef",
        rules=rules or (a_rule(),),
        patch=PATCH,
        inverse=INVERSE,
        came=b'{"a":null}',
        left=b'{"a":1}',
        outcome=Outcome.REMEDIATED,
        reason=Reason.REPAIRED,
    )._replace(**members)


def documents(of: Tried) -> list[Any]:
    return [orjson.loads(each.value or b"") for each in write(of, NOW_NS)]


def test_each_rule_that_was_tried_has_one_and_they_hang_together() -> None:
    receipts = write(tried(a_rule(), a_rule("cast", Effect.MISSED, "bug")), NOW_NS)
    first, second = (orjson.loads(each.value or b"") for each in receipts)
    assert [each.role for each in receipts] == [TopicRole.RECEIPTS] * 2
    assert {each.key for each in receipts} == {b"0123456789abcdef"}
    assert first["repair_id"] == second["repair_id"] == repair_id(Source("traces.raw", 3, 42), 1)
    assert [(each["number"], each["of"]) for each in (first, second)] == [(1, 2), (2, 2)]
    assert (second["rule"], second["result"], second["error"]) == ("cast", "failed", "bug")
    assert (second["effect"], second["codes"]) == ("missed", ["schema.required_missing"])


def test_it_is_a_cloud_event_whose_id_is_the_same_when_the_work_is_done_again() -> None:
    one, again = (write(tried(), now)[0] for now in (NOW_NS, NOW_NS + 10**9))
    headers = dict(one.headers)
    assert headers["ce_type"] == b"assay.remediation.receipt.v1"
    assert headers["ce_id"] == dict(again.headers)["ce_id"] == b"traces.raw/3/42/1/1"
    assert headers["ce_subject"] == one.key
    assert headers["assay-src"] == b"traces.raw/3/42"
    assert headers["assay-tenant"] == b"acme"
    assert headers["assay-attempt"] == b"0"


def test_what_was_changed_is_sealed_with_the_tenants_key() -> None:
    """Promise 4."""
    first, second = documents(tried(a_rule(), a_rule("cast")))
    assert second["changes"] is None
    assert SECRET not in orjson.dumps(first).decode()
    assert open_receipt(first, KeylessSealer()) == (PATCH, INVERSE)
    assert open_receipt(second, KeylessSealer()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"tenant_id": "globex"},
        {"schema_version": "1.1.0"},
        {"source": {"topic": "traces.raw", "partition": 3, "offset": 43}},
        {"changes": {}},
        {"source": None},
    ],
)
def test_it_does_not_open_in_another_place(change: dict[str, Any]) -> None:
    [document] = documents(tried())
    with pytest.raises(SealError):
        open_receipt(document | change, KeylessSealer())


def test_the_value_itself_is_there_as_a_hash_only() -> None:
    [document] = documents(tried(came=b"secret in", left=b"secret out"))
    assert "secret" not in orjson.dumps(document).decode()
    assert documents(tried(left=None))[0]["output_sha256"] is None


def test_changes_that_are_too_large_are_not_kept() -> None:
    """A receipt must fit its topic; the lane publishes no repair that it cannot show."""
    large: Any = [{"op": "add", "path": "/a", "value": "x" * MOST_CHANGES}]
    assert changes_of(large, INVERSE) is None
    [document] = documents(tried(patch=large))
    assert document["changes"] is None
    assert changes_of(PATCH, INVERSE) is not None


def test_without_a_key_nothing_is_written() -> None:
    """Promise 5."""

    @dataclass
    class Keyless:
        def seal(self, tenant: str, plaintext: bytes, aad: bytes) -> Sealed:
            raise TransientError("no key")

    with pytest.raises(TransientError):
        ReceiptWriter(BUNDLE, Keyless())(tried(), NOW_NS)


MISSING, TYPE, TIME = "schema.required_missing", "schema.type_invalid", "time.naive"
BOTH = {MISSING, TYPE}


@pytest.mark.parametrize(
    ("result", "after", "effect"),
    [
        ("applied", set(), Effect.FIXED),
        ("applied", {MISSING}, Effect.MISSED),
        ("applied", {TYPE}, Effect.UNCLEAR),
        ("applied", {TIME}, Effect.MISSED),
        ("applied", {TIME, TYPE}, Effect.MISSED),
        ("applied", None, Effect.UNCLEAR),
        ("no_change", {MISSING}, Effect.UNCLEAR),
        ("no_change", set(), Effect.UNCLEAR),
        ("failed", {MISSING}, Effect.MISSED),
        ("failed", None, Effect.MISSED),
    ],
)
def test_a_rule_is_blamed_for_what_it_left_or_broke_and_for_nothing_else(
    result: str, after: set[str] | None, effect: Effect
) -> None:
    """D-07: success is a trace that passes; S0-125: what the rate of a rule is made of."""
    assert effect_of(result, [MISSING], BOTH, after) is effect
