"""What a tenant report is made from: counts from the view ``counters`` or from tallies, evidence from ``quality.issues``."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from assay.agents.investigate.groups import MARGIN_MS
from assay.agents.investigate.window_reader import Progress, WindowReader, silent
from assay.agents.settings import Settings
from assay.agents.stores.view_reader import view_reader
from assay.agents.stores.view_store import ViewUnavailableError
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_SECOND, ns_of
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.issues import Fact, parse
from assay.pipeline.report.tenant import (
    HOUR_S,
    EvidenceBook,
    HourCounts,
    Seen,
    TenantReport,
    Window,
    tenant_report,
)
from assay.pipeline.views import counters
from assay.pipeline.views.buckets import hour_bucket

from .hours import TalliedHours, hour_counts

BUCKETS_AT_ONCE = 48


async def gather(
    settings: Settings, tenant: str, window: Window, now_ns: int, progress: Progress = silent
) -> TenantReport:
    """The report. Raises :class:`ConfigError` when there is no topic of issues, ``DependencyUnavailableError`` without Kafka.

    Without Redis the tallies are read instead of the view: the numbers are the same, and it takes longer.
    """
    hours = await gather_hours(settings, tenant, window, progress)
    book = await asyncio.to_thread(gather_evidence, settings, tenant, window, progress)
    return await asyncio.to_thread(tenant_report, tenant, window, hours, book, now_ns)


async def gather_hours(
    settings: Settings, tenant: str, window: Window, progress: Progress = silent
) -> list[HourCounts]:
    """What was counted of the tenant in each hour of the window and the one before it."""
    try:
        return await _from_view(settings, tenant, window)
    except ViewUnavailableError:
        return await asyncio.to_thread(tallied_hours, settings, tenant, window, progress)


async def _from_view(settings: Settings, tenant: str, window: Window) -> list[HourCounts]:
    reader = view_reader(settings, counters.VIEW, tenant)
    try:
        return await hours_of(reader.buckets, tenant, window)
    finally:
        await reader.close()


async def hours_of(
    buckets: Callable[[Sequence[str]], Awaitable[Sequence[Mapping[str, int]]]], tenant: str, window: Window
) -> list[HourCounts]:
    """The same from counters, by the names of their buckets."""
    hours = range(window.before.first, window.end)
    found: list[HourCounts] = []
    for start in range(0, len(hours), BUCKETS_AT_ONCE):
        part = hours[start : start + BUCKETS_AT_ONCE]
        counts = await buckets([hour_bucket(hour * HOUR_S) for hour in part])
        found += [
            hour_counts(hour, tenant, bucket) for hour, bucket in zip(part, counts, strict=True) if bucket
        ]
    return found


def tallied_hours(
    settings: Settings, tenant: str, window: Window, progress: Progress = silent
) -> list[HourCounts]:
    """The same from the tallies themselves; blocks."""
    tallied = TalliedHours(tenant, window)
    with WindowReader(settings, progress) as reader:
        ranges = reader.window(reader.places(TopicRole.TALLIES), _since_ms(window))
        reader.scan("tallies", ranges, tallied.take)
    return tallied.hours()


def gather_evidence(
    settings: Settings, tenant: str, window: Window, progress: Progress = silent
) -> EvidenceBook:
    """Every fact of the tenant in the window and the one before it; blocks."""
    book = EvidenceBook(window)
    wanted = tenant.encode()

    def take(record: RawRecord) -> None:
        # The header first: most facts are other tenants', and reading their documents would take most of the time.
        if names.first(record.headers, names.TENANT) != wanted:
            return
        headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
        fact = parse(
            headers.get(names.CE_TYPE, ""), headers.get(names.CE_ID, ""), record.key or b"", record.value
        )
        if isinstance(fact, Fact) and fact.tenant == tenant:
            book.take(_seen(fact))

    with WindowReader(settings, progress) as reader:
        reader.require(TopicRole.ISSUES)
        reader.scan("issues", reader.window(reader.places(TopicRole.ISSUES), _since_ms(window)), take)
    return book


def _since_ms(window: Window) -> int:
    return max(0, window.before.first * HOUR_S * 1000 - MARGIN_MS)


def _seen(fact: Fact) -> Seen:
    return Seen(
        fingerprint=fact.fingerprint,
        code=fact.code,
        category=fact.category,
        severity=fact.severity,
        blocking=fact.blocking,
        subject=fact.subject,
        path=fact.path,
        rule=fact.rule,
        occurrences=fact.occurrences,
        producer=fact.producer,
        version=fact.version,
        source=Source.parse(fact.source),
        detected_at=fact.detected_at,
        at_s=ns_of(fact.detected_at) // NANOS_PER_SECOND,
    )
