"""A run of the pipeline written by hand, for tests of the auditor: right in everything until a test changes it."""

import ast
import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assay.pipeline.core import headers as names
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import SealError
from assay.pipeline.core.record import Headers, RawRecord, Source, source_of
from assay.pipeline.core.topics import TopicRole

from .audit import OUTCOME_ROLES, Audit
from .facts import Place, RawFact
from .journal import JournalLine
from .ledger import Ledger, RawPartition, word_of
from .observe import AnyHeaders, digest_of, digest_of_headers, observe_outcome
from .report import AuditReport

LANE = "detector"
TENANT = "1001"
REASONS = {
    TopicRole.VALID: "passed",
    TopicRole.INVALID: "blocking_issues",
    TopicRole.DEAD_LETTER: "worker_crash",
}
TENANTS = {
    TopicRole.VALID: TENANT,
    TopicRole.INVALID: TENANT,
    TopicRole.DEAD_LETTER: "none",  # never parsed, on a shared topic
}
CODE = "schema.required_missing"


@dataclass(slots=True)
class Story:
    """Records as they would lie on the topics. Change the lists at will, then ask for the report."""

    prefix: str = ""
    raw: list[RawRecord] = field(default_factory=list)
    outcomes: list[tuple[TopicRole, RawRecord]] = field(default_factory=list)
    tallies: list[dict[str, Any]] = field(default_factory=list)
    journal: list[JournalLine] = field(default_factory=list)
    committed: dict[Place, int] = field(default_factory=dict)
    tenants: dict[Source, str | None] = field(default_factory=dict)
    """The tenants that the auditor reads itself; :data:`TENANT` where not said otherwise."""

    def publish(
        self,
        partition: int = 0,
        *,
        key: bytes | None = b"key",
        value: bytes | None = b"{}",
        headers: Headers = (),
        hole: int = 0,
    ) -> RawRecord:
        """A raw record at the end of its partition, ``hole`` offsets after the one before."""
        before = [record.offset for record in self.raw if record.partition == partition]
        record = RawRecord(
            f"{self.prefix}{TopicRole.RAW}",
            partition,
            (before[-1] + 1 if before else 0) + hole,
            1_700_000_000_000,
            key,
            value,
            headers,
        )
        self.raw.append(record)
        return record

    def outcome(
        self, role: TopicRole, raw: RawRecord, codes: Sequence[str] = (), attempt: int = 0
    ) -> RawRecord:
        """The right outcome of a raw record, at the end of its topic."""
        made = outcome_of(role, raw, codes, self.prefix, attempt)
        after = sum(
            record.topic == made.topic and record.partition == made.partition for _, record in self.outcomes
        )
        made = replace(made, offset=after)
        self.outcomes.append((role, made))
        return made

    def transaction(self, fates: Iterable[tuple[RawRecord, TopicRole]]) -> None:
        """Give these records (each partition's in order) their outcomes, a tally and a committed offset."""
        batch = list(fates)
        for raw, role in batch:
            self.outcome(role, raw, () if role is not TopicRole.INVALID else (CODE,))
        first = {place: self.committed.get(place, 0) for place in map(_place, (raw for raw, _ in batch))}
        self.committed |= {_place(raw): raw.offset + 1 for raw, _ in batch}
        sources = [(place, start, self.committed[place]) for place, start in first.items()]
        self.tallies.append(tally_of(sources, batch))

    def report(self, *, low: int = 0, trimmed: frozenset[tuple[TopicRole, int]] = frozenset()) -> AuditReport:
        """Audit it. ``low``: the first raw offset that retention has left."""
        partitions = {
            place: RawPartition(low, self.committed.get(place, -1))
            for place in sorted(set(map(_place, self.raw)) | set(self.committed))
        }
        for record in self.raw:
            partitions[_place(record)].facts[record.offset] = RawFact(
                digest_of(record.key, record.value, record.headers),
                digest_of_headers(names.kept(record.headers)),
                self.tenants.get(source_of(record), TENANT),
            )
        shared = frozenset({f"{self.prefix}{TopicRole.RAW}"})
        audit = Audit(Ledger(partitions, shared=shared, trimmed=trimmed), LANE)
        audit.ledger.committed_after = {place: partition.committed for place, partition in partitions.items()}
        for role, record in sorted(self.outcomes, key=lambda each: each[1].offset):
            audit.outcome(observe_outcome(role, record, open_plain))
        for offset, tally in enumerate(self.tallies):
            audit.tally(
                RawRecord(
                    f"{self.prefix}{TopicRole.TALLIES}", 0, offset, 0, b"slot", json.dumps(tally).encode()
                )
            )
        return audit.report("group", self.journal)


def outcome_of(
    role: TopicRole, raw: RawRecord, codes: Sequence[str] = (), prefix: str = "", attempt: int = 0
) -> RawRecord:
    """The right outcome record of a raw record; its offset is for the topic to say."""
    headers = [
        *(names.kept(raw.headers) if role is TopicRole.VALID else ()),
        (names.SRC, str(source_of(raw)).encode()),
        (names.TENANT, TENANTS[role].encode()),
        (names.BUNDLE, b"0123456789ab"),
        (names.REASON, REASONS[role].encode()),
        (names.SHA256, hashlib.sha256(raw.value or b"").hexdigest().encode()),
        (names.ATTEMPT, str(attempt).encode()),
    ]
    if role is not TopicRole.INVALID:
        headers.append((names.OUTCOME, word_of(role).encode()))
    if role is TopicRole.VALID and codes:
        headers.append((names.WARNINGS, ",".join(codes).encode()))
    passes = role is TopicRole.VALID
    return RawRecord(
        f"{prefix}{role}",
        0 if role is TopicRole.DEAD_LETTER else raw.partition,
        0,
        raw.timestamp,
        raw.key if passes else b"failure",
        raw.value if passes else json.dumps(envelope_of(raw, codes, TENANTS[role])).encode(),
        tuple(headers),
    )


def envelope_of(raw: RawRecord, codes: Sequence[str] = (), tenant: str = TENANT) -> dict[str, Any]:
    """A failed trace's envelope with the members that the auditor reads; its seal is a mere encoding."""
    plain = repr((raw.key, raw.value, list(raw.headers))).encode()
    return {
        "tenant_id": tenant,
        "source": {"topic": raw.topic, "partition": raw.partition, "offset": raw.offset},
        "key_sha256": None if raw.key is None else hashlib.sha256(raw.key).hexdigest(),
        "issues": [{"code": code} for code in codes],
        "payload": {"ciphertext": base64.b64encode(plain).decode()},
    }


def claim_check_of(raw: RawRecord) -> dict[str, Any]:
    """What stands in for a payload that is too large."""
    value = raw.value or b""
    return {
        "claim_check": {
            "sha256": hashlib.sha256(value).hexdigest(),
            "length": len(value),
            "source": str(source_of(raw)),
            "reason": "too_large",
        }
    }


def open_plain(document: Json) -> tuple[bytes | None, bytes | None, AnyHeaders]:
    """The opening that goes with :func:`envelope_of`."""
    try:
        assert isinstance(document, dict)
        payload = document["payload"]
        assert isinstance(payload, dict)
        key, value, headers = ast.literal_eval(
            base64.b64decode(str(payload["ciphertext"]), validate=True).decode()
        )
    except (ValueError, KeyError, SyntaxError) as error:
        raise SealError("does not open") from error
    return key, value, headers


def tally_of(
    sources: Iterable[tuple[Place, int, int]], batch: Sequence[tuple[RawRecord, TopicRole]]
) -> dict[str, Any]:
    """The tally of a transaction that gave these records these outcomes."""
    roles = Counter(role for _, role in batch)
    return {
        "lane": LANE,
        "sources": [
            {
                "topic": place.topic,
                "partition": place.partition,
                "first": first,
                "next": after,
                "fetched": sum(_place(raw) == place for raw, _ in batch),
            }
            for place, first, after in sources
        ],
        "counts": [
            {
                "tenant": TENANTS[role],
                "outcome": word_of(role),
                "reason": REASONS[role],
                "records": roles[role],
            }
            for role in OUTCOME_ROLES
            if roles[role]
        ],
        "latency_ms": {"le": [10, 100, "+Inf"], "counts": [len(batch), 0, 0], "sum": len(batch), "max": 9},
    }


def _place(record: RawRecord) -> Place:
    return Place(record.topic, record.partition)
