"""Same bytes (promise 2)."""

from collections.abc import Iterator
from typing import assert_never

from assay.pipeline.core.outcome import Outcome
from assay.pipeline.core.topics import TopicRole

from ..facts import BadEnvelope, ClaimCheck, Digest, Envelope, Opened, OutcomeSeen, RawFact, Unopened
from ..finding import AuditFinding, FindingKind
from ..ledger import Ledger

WORDS = {
    TopicRole.VALID: (Outcome.VALID.value,),
    TopicRole.INVALID: (None, "invalid"),  # a hop, not an end
    TopicRole.REMEDIATED: (Outcome.REMEDIATED.value,),
    TopicRole.QUARANTINE: (Outcome.QUARANTINED.value,),
    TopicRole.DEAD_LETTER: (Outcome.DEAD_LETTERED.value,),
}


def altered(ledger: Ledger, outcome: OutcomeSeen) -> Iterator[AuditFinding]:
    """A passing trace holds what came in, a repaired one its key and headers; a failing one opens to it."""
    source = outcome.marks.source
    fact = ledger.fact_of(source)
    if fact is None:
        return
    for why in _differences(outcome, fact):
        yield AuditFinding(FindingKind.ALTERED, outcome.at, why, source)
    if isinstance(outcome.envelope, Envelope) and isinstance(outcome.envelope.contents, Unopened):
        yield AuditFinding(
            FindingKind.UNOPENED, outcome.at, "its key is gone or the payload was altered", source
        )


def _differences(outcome: OutcomeSeen, fact: RawFact) -> Iterator[str]:
    marks = outcome.marks
    yield from marks.faults
    if marks.outcome not in WORDS[outcome.role]:
        yield "header assay-outcome does not fit the topic"
    if marks.sha256 != fact.digest.value:
        yield "header assay-sha256 is not the hash of the raw value"
    match outcome.envelope:
        case None if outcome.role is TopicRole.REMEDIATED:  # its value is proved by its receipts
            repaired = outcome.digest._replace(value=fact.digest.value, length=fact.digest.length)
            yield from _unlike(repaired, fact.digest, fact.kept)
        case None:
            yield from _unlike(outcome.digest, fact.digest, fact.kept)
        case BadEnvelope(why):
            yield f"envelope: {why}"
        case Envelope() as envelope:
            yield from _envelope(envelope, outcome, fact)
        case _:
            assert_never(outcome.envelope)


def _envelope(envelope: Envelope, outcome: OutcomeSeen, fact: RawFact) -> Iterator[str]:
    if envelope.source != str(outcome.marks.source):
        yield "envelope: source is not the one of header assay-src"
    if envelope.tenant != outcome.marks.tenant:
        yield "envelope: tenant_id is not the one of header assay-tenant"
    if (envelope.key_sha256 or "")[:32] != fact.digest.key.hex():
        yield "envelope: key_sha256 is not the hash of the raw key"
    match envelope.contents:
        case Opened(digest):
            for why in _unlike(digest, fact.digest, fact.digest.headers):
                yield f"the payload opens to another record: {why}"
        case ClaimCheck(sha256, length, source):
            if sha256 != fact.digest.value.hex() or length != max(fact.digest.length, 0):
                yield "claim check: hash or length is not the raw value's"
            if source != envelope.source:
                yield "claim check: source is not the envelope's"
        case Unopened() | None:
            pass
        case _:
            assert_never(envelope.contents)


def _unlike(found: Digest, raw: Digest, headers: bytes) -> Iterator[str]:
    if found.key != raw.key:
        yield "the key differs"
    if (found.value, found.length) != (raw.value, raw.length):
        yield "the value differs"
    if found.headers != headers:
        yield "the headers differ"
