"""An audit report for people."""

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from .finding import SENTENCES, FindingKind
from .report import AuditReport

EXAMPLES = 5
"""Examples shown per kind; ``--json`` has up to a hundred."""


def screen(report: AuditReport) -> RenderableType:
    """The whole report."""
    parts: list[RenderableType] = [_verdict(report), _balance(report)]
    if report.by_code:
        parts.append(_codes(report))
    if report.counts:
        parts.append(_findings(report))
    return Group(*parts)


def show(report: AuditReport, console: Console) -> None:
    """Print it."""
    console.print(screen(report))


def _verdict(report: AuditReport) -> Text:
    if not report.ok:
        found, kinds = sum(report.counts.values()), len(report.counts)
        return Text(f"{_many(found, 'finding')} of {_many(kinds, 'kind')}", style="bold red")
    if not report.raw:
        return Text("Nothing to audit: the raw topic holds no visible record.", style="bold yellow")
    words = f"All accounted for: each of {report.accounted:,} records has exactly one outcome."
    if report.in_flight:
        words += f" {report.in_flight:,} more are in flight."
    if report.classified.in_flight:
        words += f" {report.classified.in_flight:,} that failed are not classified yet."
    if report.ended.in_flight:
        words += f" {report.ended.in_flight:,} that are classified have no end yet."
    return Text(words, style="bold green")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _balance(report: AuditReport) -> Table:
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    hop, ended = report.classified, report.ended
    rows = [
        ("raw records", report.raw, f"visible in {report.partitions} partitions"),
        *((word, count, "outcome records") for word, count in report.outcomes.items()),
        ("in flight", report.in_flight, f"not committed yet by {report.group}"),
        ("missing", report.counts.get(FindingKind.MISSING, 0), "committed, without an outcome"),
        ("expired", report.expired, "outcome removed by retention: not verifiable"),
        ("out of reach", report.out_of_reach, "raw record removed by retention"),
        ("tallies", report.tallies, "one per transaction"),
        ("classified", hop.accounted, f"of {hop.records:,} invalid ones; {hop.in_flight:,} in flight"),
        *(
            (word, count, "ends of failing traces")
            for word, count in ended.by_outcome.items()
            if ended.records
        ),
        ("issue facts", hop.facts, f"in {hop.issue_groups:,} groups"),
        *(
            (f"replayed, now {word}", count, f"of {report.replays.sources:,} sources")
            for word, count in report.replays.current.items()
        ),
        (
            "repairs proved",
            ended.repairs_proved,
            f"input + patch = output, and back; {ended.receipts:,} receipts",
        ),
        ("payloads opened", report.opened, f"and compared; {report.claim_checks:,} are claim checks"),
    ]
    for name, count, note in rows:
        if count or name not in {"expired", "out of reach"}:
            table.add_row(name, f"{count:,}", note)
    if report.p50_ms is not None and report.p99_ms is not None:
        table.add_row(
            "latency", f"{report.p50_ms:,.0f} ms", f"median; p99 {report.p99_ms:,.0f} ms, record to verdict"
        )
    if report.bound_95 is not None:
        table.add_row("loss rate", f"< {report.bound_95:.1e}", "with 95 % confidence (rule of three)")
    return table


def _codes(report: AuditReport) -> Table:
    table = Table("issue code", box=box.SIMPLE, pad_edge=False)
    table.add_column("records", justify="right")
    for code, count in sorted(report.by_code.items(), key=lambda row: (-row[1], row[0])):
        table.add_row(code, f"{count:,}")
    return table


def _findings(report: AuditReport) -> Table:
    table = Table("finding", box=box.SIMPLE, pad_edge=False)
    table.add_column("count", justify="right")
    table.add_column("where and why")
    for kind in FindingKind:
        if kind not in report.counts:
            continue
        count, examples = report.counts[kind], report.examples[kind][:EXAMPLES]
        lines = [SENTENCES[kind]]
        for each in examples:
            about = "" if each.source is None else f" (source {each.source})"
            lines.append(f"{each.at}{about}: {each.why}")
        if count > len(examples):
            lines.append(f"… and {count - len(examples):,} more; --json lists up to 100")
        # Text, not str: square brackets of a name must not be taken for markup.
        table.add_row(Text(kind.value, style="red"), f"{count:,}", Text("\n".join(lines)))
    return table
