"""The receipt: what a remediation rule did to a trace, one event for each rule that was tried (S0-127, D-07, D-10).

What is open names rules, codes, ids and hashes. Patch and inverse patch hold values, so they are sealed with the tenant's
key like the payload that they change; they are of the whole repair and lie on its first receipt.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from ..core import headers as names
from ..core.clock import rfc3339
from ..core.cloud_event import event_headers
from ..core.document import Json
from ..core.errors import SealError
from ..core.outcome import Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.record import Source
from ..core.sealed import Opener, Sealer
from ..core.topics import TopicRole
from ..core.word import Word
from ..policy.bundle import Bundle
from .sealed_payload import bound_to, sealed_from_json, sealed_to_json

SCHEMA = "assay/receipt/1-0-0"
TYPE = "assay.remediation.receipt.v1"
SOURCE = "/assay/auto_remediation"
MOST_CHANGES = 2 * 1_048_576
"""Bytes of patch and inverse patch together, as JSON. In base64 they stay within the topic; no honest repair needs them."""

MOST_PATHS = 100
"""Places that a receipt names in the open; the sealed patch has all."""


class Effect(Word):
    """What a try says of its rule: what the rolling success rate is made of (S0-125)."""

    FIXED = "fixed"
    """What it was tried on is gone, and the trace passes every detector. Counts as a success, published or not."""
    MISSED = "missed"
    """The rule raised, left what it was to repair, or broke something. Counts as a failure."""
    UNCLEAR = "unclear"
    """It changed nothing, or another rule kept the trace back. Does not count."""


class RuleTried(NamedTuple):
    """One rule's part in a repair."""

    rule: str
    version: str
    codes: tuple[str, ...]
    """The issue codes that it was tried on."""
    result: str
    """``applied``, ``no_change`` or ``failed``."""
    error: str
    """The kind of error, never its text; empty when there was none."""
    before: str
    """SHA-256 of the document that it got, as the rule engine writes it; hex."""
    after: str
    effect: Effect
    paths: tuple[str, ...] = ()
    """Where it changed something, without names that no schema knows (promise 4)."""


class Tried(NamedTuple):
    """A repair that was tried on a failing trace, and what came of it."""

    source: Source
    tenant: str
    subject: str
    schema_version: str
    trace_id: str
    producer: str
    producer_version: str
    attempts: int
    fingerprint: str
    rules: Sequence[RuleTried]
    patch: Json
    inverse: Json
    came: bytes
    """The raw value; only its hash is written."""
    left: bytes | None
    """The repaired value; likewise. ``None`` when it was not made."""
    outcome: Outcome
    reason: Reason


def repair_id(source: Source, attempts: int) -> str:
    """32 hex digits: header ``assay-receipt`` of the repaired trace, member ``repair_id`` of its receipts. Derived."""
    return hashlib.sha256(f"repair/{source}/{attempts}".encode()).hexdigest()[:32]


def changes_of(patch: Json, inverse: Json) -> bytes | None:
    """What is sealed, or ``None`` when it is too large to be kept: then the trace may not be published as repaired."""
    changes = orjson.dumps({"patch": patch, "inverse": inverse})
    return changes if len(changes) <= MOST_CHANGES else None


class ReceiptWriter:
    """Writes receipts as CloudEvents 1.0 for ``quality.receipts``. One per bundle."""

    __slots__ = ("_bundle", "_sealer", "_short")

    def __init__(self, bundle: Bundle, sealer: Sealer) -> None:
        self._bundle = bundle.bundle_id
        self._short = bundle.short_id.encode()
        self._sealer = sealer

    def __call__(self, tried: Tried, now_ns: int) -> list[Outgoing]:
        """One record for each rule, in the order in which they were tried, on the partition of the fingerprint.

        Ids are made of source, attempt and place among the rules: work that is done again gives the same events.
        Raises ``TransientError`` when the sealer has no key: then nothing may be written (promise 5).
        """
        at = rfc3339(now_ns)
        sealed = self._sealed(tried)
        receipts = []
        for number, rule in enumerate(tried.rules, 1):
            headers = event_headers(
                event_id=f"{tried.source}/{tried.attempts}/{number}",
                source=SOURCE,
                event_type=TYPE,
                at=at,
                subject=tried.fingerprint,
                more=[
                    (names.SRC, str(tried.source).encode()),
                    (names.TENANT, tried.tenant.encode()),
                    (names.BUNDLE, self._short),
                    (names.ATTEMPT, str(tried.attempts - 1).encode()),
                ],
            )
            value = orjson.dumps(self._document(tried, rule, number, at, sealed if number == 1 else None))
            key = tried.fingerprint.encode()
            receipts.append(Outgoing(TopicRole.RECEIPTS, None, key, value, headers, None))
        return receipts

    def _sealed(self, tried: Tried) -> Json:
        changes = changes_of(tried.patch, tried.inverse)
        if changes is None or not tried.rules:
            return None
        aad = bound_to(tried.tenant, tried.source, tried.schema_version)
        return sealed_to_json(self._sealer.seal(tried.tenant, changes, aad))

    def _document(self, tried: Tried, rule: RuleTried, number: int, at: str, sealed: Json) -> Json:
        source = tried.source
        return {
            "schema": SCHEMA,
            "repair_id": repair_id(source, tried.attempts),
            "number": number,
            "of": len(tried.rules),
            "rule": rule.rule,
            "version": rule.version,
            "codes": list(rule.codes),
            "result": rule.result,
            "error": rule.error,
            "effect": rule.effect.value,
            "paths": list(rule.paths[:MOST_PATHS]),
            "before_sha256": rule.before,
            "after_sha256": rule.after,
            "outcome": tried.outcome.value,
            "reason": tried.reason.value,
            "tenant_id": tried.tenant,
            "subject": tried.subject,
            "schema_version": tried.schema_version,
            "trace_id": tried.trace_id,
            "producer": {"name": tried.producer, "version": tried.producer_version},
            "source": {"topic": source.topic, "partition": source.partition, "offset": source.offset},
            "attempts": tried.attempts,
            "fingerprint": tried.fingerprint,
            "input_sha256": hashlib.sha256(tried.came).hexdigest(),
            "output_sha256": None if tried.left is None else hashlib.sha256(tried.left).hexdigest(),
            "bundle": self._bundle,
            "at": at,
            "changes": sealed,
        }


class Changes(NamedTuple):
    """An opened receipt: JSON Patches (RFC 6902) from what came in to what went out, and back."""

    patch: list[Json]
    inverse: list[Json]


def open_receipt(document: Json, opener: Opener) -> Changes | None:
    """The patches of a receipt, or ``None`` for one that holds none.

    Raises ``SealError`` when the key is gone or anything was altered; never with anything of the content.
    """
    match document:
        case {
            "tenant_id": str(tenant),
            "schema_version": str(schema_version),
            "source": {"topic": str(topic), "partition": int(partition), "offset": int(offset)},
            "changes": changes,
        }:
            if changes is None:
                return None
            aad = bound_to(tenant, Source(topic, partition, offset), schema_version)
            opened: Json = orjson.loads(opener.open(tenant, sealed_from_json(changes), aad))
        case _:
            raise SealError("this is no receipt")
    match opened:
        case {"patch": [*patch], "inverse": [*inverse]}:
            return Changes(patch, inverse)
        case _:
            raise SealError("the sealed changes open, but are no patches")
