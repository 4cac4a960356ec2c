"""The tally: what one transaction did, counted (DESIGN 4). Exact, because it commits with the work it counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import orjson

from ..core.clock import NANOS_PER_MILLI, rfc3339
from ..core.document import Json
from ..core.issue import Issue
from ..core.outcome import Hop, Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.record import Record
from ..core.topics import TopicRole
from ..core.verdict import Verdict
from ..policy.bundle import Bundle
from .histogram import BUCKETS, Histogram, bucket_of
from .reason import reason_of, stage_of

SCHEMA = "assay/tally/1-0-0"
_LINES_PER_PART = 3000
"""A line has under 300 bytes with the longest tenant and code, so a part stays under the 1 MiB of ``quality.tallies``."""


class SourceSpan(Protocol):
    """What one transaction read of one partition: consumer positions before and after, records in between."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def first(self) -> int: ...
    @property
    def next(self) -> int: ...
    @property
    def fetched(self) -> int: ...


class Tally:
    """Counts the records of one transaction. Not reused for a second one."""

    __slots__ = (
        "_bundle",
        "_bytes_in",
        "_counts",
        "_group",
        "_issues",
        "_lane",
        "_latencies",
        "_max",
        "_sum",
        "_unknown",
    )

    def __init__(self, lane: str, group: str, bundle: Bundle) -> None:
        self._lane = lane
        self._group = group
        self._bundle = bundle.bundle_id
        self._counts: dict[tuple[str, str, str], int] = {}
        self._issues: dict[tuple[str, str, str], int] = {}
        self._unknown: Counter[str] = Counter()
        self._latencies = [0] * BUCKETS
        self._sum = 0
        self._max = 0
        self._bytes_in = 0

    def count(
        self,
        record: Record,
        tenant: str,
        outcome: Outcome | Hop,
        reason: Reason,
        now_ns: int,
        *,
        issues: Sequence[Issue] = (),
    ) -> None:
        """One record, what became of it and all its issues.

        Latency is from the record's own time to ``now_ns``, 0 when that lies ahead. A record without a time (-1)
        has none, and is counted without it.
        """
        self._measure([record], now_ns)
        self._add(tenant, outcome, reason, 1, issues)

    def count_verdicts(self, records: Sequence[Record], verdicts: Sequence[Verdict], now_ns: int) -> None:
        """As :meth:`count` for each record and its verdict. Hot path: what is equal is counted before it is added."""
        self._measure(records, now_ns)
        clean = [verdict.tenant for verdict in verdicts if not (verdict.issues or verdict.audited)]
        for tenant, number in Counter(clean).items():
            self._add(tenant, Outcome.VALID, Reason.PASSED, number, ())
        if len(clean) < len(verdicts):
            for verdict in verdicts:
                if verdict.issues or verdict.audited:
                    issues = (*verdict.issues, *verdict.audited)
                    self._add(verdict.tenant, stage_of(verdict), reason_of(verdict), 1, issues)

    def count_moves(
        self, records: Sequence[Record], moves: Sequence[tuple[str, Outcome | Hop, Reason]], now_ns: int
    ) -> None:
        """As :meth:`count` for each record and its tenant, outcome and reason, of lanes that detect nothing."""
        self._measure(records, now_ns)
        for (tenant, outcome, reason), number in Counter(moves).items():
            self._add(tenant, outcome, reason, number, ())

    def note_unknown(self, members: Iterable[str]) -> None:
        """One issue for each of these members of an envelope whose word this lane does not know (D-21)."""
        self._unknown.update(members)

    def _measure(self, records: Sequence[Record], now_ns: int) -> None:
        """Bytes and latencies. Records that are read together often have the same millisecond."""
        self._bytes_in += sum([len(record.value or b"") for record in records])
        now_ms = now_ns // NANOS_PER_MILLI
        for timestamp, number in Counter([record.timestamp for record in records]).items():
            if timestamp >= 0:
                latency = max(now_ms - timestamp, 0)
                self._latencies[bucket_of(latency)] += number
                self._sum += latency * number
                self._max = max(self._max, latency)

    def _add(
        self, tenant: str, outcome: Outcome | Hop, reason: Reason, records: int, issues: Sequence[Issue]
    ) -> None:
        key = (tenant, outcome, reason)
        self._counts[key] = self._counts.get(key, 0) + records
        for issue in issues:
            line = (tenant, issue.code, issue.severity)
            self._issues[line] = self._issues.get(line, 0) + 1

    def to_outgoing(self, sources: Sequence[SourceSpan], now_ns: int) -> list[Outgoing]:
        """The records to write, in the transaction that is counted: one, unless it would not fit the topic.

        Then the lines go on in further parts, which have no sources, bytes or latencies of their own: sums over all
        parts stay exact, and no trace with many tenants and codes can make a tally unwritable (promise 6).
        Raises ``ValueError`` without a source.
        """
        if not sources:
            raise ValueError("a transaction that read nothing has no tally")
        key = f"{self._lane}/{sources[0].topic}/{sources[0].partition}".encode()
        parts = list(self._parts())
        words: dict[str, Json] = {str(member): number for member, number in self._unknown.items()}
        unknown: dict[str, Json] = {"unknown": words} if words else {}
        return [
            Outgoing(TopicRole.TALLIES, None, key, orjson.dumps(document), [], None)
            for document in (
                {
                    "schema": SCHEMA,
                    "lane": self._lane,
                    "group": self._group,
                    "bundle": self._bundle,
                    "at": rfc3339(now_ns),
                    "part": number,
                    "parts": len(parts),
                    "sources": [_source(span) for span in sources] if number == 1 else [],
                    "counts": counts,
                    "issues": issues,
                    "bytes": {"in": self._bytes_in if number == 1 else 0},
                    "latency_ms": (self._histogram() if number == 1 else Histogram()).to_json(),
                    **(unknown if number == 1 else {}),
                }
                for number, (counts, issues) in enumerate(parts, 1)
            )
        ]

    def _histogram(self) -> Histogram:
        return Histogram(tuple(self._latencies), self._sum, self._max)

    def _parts(self) -> Iterator[tuple[list[Json], list[Json]]]:
        """Lines of counts, then of issues, cut into parts; at least one."""
        counts: list[Json] = [
            {"tenant": tenant, "outcome": outcome, "reason": reason, "records": records}
            for (tenant, outcome, reason), records in self._counts.items()
        ]
        issues: list[Json] = [
            {"tenant": tenant, "code": code, "severity": severity, "issues": number}
            for (tenant, code, severity), number in self._issues.items()
        ]
        for start in range(0, max(len(counts) + len(issues), 1), _LINES_PER_PART):
            end = start + _LINES_PER_PART
            yield (
                counts[start:end],
                issues[max(start - len(counts), 0) : max(end - len(counts), 0)],
            )


def _source(span: SourceSpan) -> Json:
    return {
        "topic": span.topic,
        "partition": span.partition,
        "first": span.first,
        "next": span.next,
        "fetched": span.fetched,
    }
