"""The view ``counters``: what became of whose traces and what was wrong with them, by minute and hour, from tallies.

Exact, because a tally commits with the work that it counts. Names of counters, as JSON arrays:
``["records", lane, tenant, outcome or hop, reason]``, ``["issues", lane, tenant, code, severity]``,
``["fetched", lane]``, ``["bytes", lane]``, ``["latency", lane, upper bound in milliseconds]``,
``["unreadable"]`` for records that are no tally.
"""

from collections.abc import Sequence

from ..core.document import Json
from ..core.record import Record
from .buckets import Buckets, counter
from .delta import Delta
from .reading import document_of, millis_of, number, rows, text

VIEW = "counters"
SCHEMA_PREFIX = "assay/tally/1-"


def fold_tallies(records: Sequence[Record]) -> list[Delta]:
    """See :class:`~assay.pipeline.views.delta.Fold`."""
    buckets = Buckets()
    for record in records:
        tally = document_of(record.value)
        at_s = 0 if tally is None else millis_of(text(tally, "at")) // 1000
        if tally is None or not at_s or not text(tally, "schema").startswith(SCHEMA_PREFIX):
            buckets.add(max(record.timestamp, 0) // 1000, counter("unreadable"), 1)
            continue
        _count(buckets, tally, text(tally, "lane"), at_s)
    return [*buckets.deltas()]


def _count(buckets: Buckets, tally: dict[str, Json], lane: str, at_s: int) -> None:
    for line in rows(tally, "counts"):
        words = (text(line, "tenant"), text(line, "outcome"), text(line, "reason"))
        buckets.add(at_s, counter("records", lane, *words), number(line, "records"))
    for line in rows(tally, "issues"):
        words = (text(line, "tenant"), text(line, "code"), text(line, "severity"))
        buckets.add(at_s, counter("issues", lane, *words), number(line, "issues"))
    for source in rows(tally, "sources"):
        buckets.add(at_s, counter("fetched", lane), number(source, "fetched"))
    buckets.add(at_s, counter("bytes", lane), number(tally, "bytes", "in"))
    histogram = tally.get("latency_ms")
    if isinstance(histogram, dict):
        bounds, counts = rows(histogram, "le"), rows(histogram, "counts")
        for bound, count in zip(bounds, counts, strict=False):
            if type(count) is int and count > 0:
                buckets.add(at_s, counter("latency", lane, str(bound)), count)
