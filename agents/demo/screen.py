"""The result of a demo for people."""

from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from assay.agents.audit.screen import screen as audit_screen
from assay.pipeline.core.code_words import SENTENCES
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.outcome import Disposition, Hop, Outcome, Reason
from assay.pipeline.policy.classification import CLASSIFICATION

from .pace import MOST
from .result import DemoResult
from .screen_loop import conserved, people, repaired

MOST_PROBLEMS = 10
MOST_WORDS = 5
DISPOSITION_NOTES = {
    Disposition.REMEDIATE.value: "a rule can repair it",
    Disposition.QUARANTINE.value: "to be contained",
    Disposition.DEAD_LETTER.value: "a person is needed",
}
END_NOTES = {
    Outcome.REMEDIATED: "repaired by rules, and then passed every detector",
    Outcome.QUARANTINED: "contained, sealed",
    Outcome.DEAD_LETTERED: "for a person, sealed",
}
STYLES = {Severity.CRITICAL: "red", Severity.HIGH: "yellow", Severity.MEDIUM: "cyan", Severity.LOW: "dim"}


def screen(result: DemoResult) -> RenderableType:
    """The whole result, but for where to look next."""
    parts: list[RenderableType] = [
        _heading("What came in"),
        _input(result),
        _heading("What became of it"),
        _outcomes(result),
    ]
    if result.audit.by_code:
        parts += [_heading("Problems found"), _problems(result)]
    if result.audit.classified.accounted:
        parts += [_heading("What is to be done"), _classified(result)]
    if result.audit.ended.accounted:
        parts += [_heading("How failing traces ended"), _ended(result)]
    parts += [_heading("One of the repairs"), repaired(result.loop, _wide())]
    parts += [_heading("People, and what they did"), people(result, _table())]
    parts += [_heading("Proof, from the topics alone"), _proof(result), _heading("Speed"), _speed(result)]
    if not result.audit.ok:
        parts += [_heading("What the audit found"), audit_screen(result.audit)]
    return Group(*parts)


def show(result: DemoResult, console: Console) -> None:
    """Print it."""
    console.print(screen(result))


def show_next(name: str, report: Path, console: Console, *, there: bool) -> None:
    """Print where to look next. ``there``: whether this run's topics can still be read."""
    console.print(_heading("Where to look next"))
    rows = [(str(report), "all these numbers, for a script")]
    if there:
        run = f"ASSAY_ENV={name} ASSAY_TOPIC_PREFIX={name}. assay"
        rows += [(f"{run} audit", "the proof again"), (f"{run} topics verify", "how the topics are set")]
    rows += [
        ("assay demo --stay", "the same, and all of it stays up to look around in"),
        ("assay validate FILE", "the same verdicts on your own traces, without Kafka"),
        ("assay bench", "how fast it is at full speed"),
    ]
    for command, what in rows:
        console.print(Text.assemble("  ", (command, "bold"), "  ", what), soft_wrap=True)


def _heading(text: str) -> RenderableType:
    return Group(Text(), Rule(Text(text, style="bold"), align="left", style="dim"))


def _table() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    table.add_column(min_width=26)
    table.add_column(justify="right")
    table.add_column(style="dim")
    return table


def _wide() -> Table:
    """For texts, where :func:`_table` is for numbers."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    table.add_column(min_width=12)
    table.add_column()
    table.add_column(style="dim")
    return table


def _input(result: DemoResult) -> Table:
    table = _table()
    for name, count in result.flowed.published.items():
        table.add_row(Text(name), f"{count:,}")
    publishing = result.flowed.publishing
    for words, count in (
        ("never acknowledged", publishing.unknown),
        ("too large for the topic", publishing.refused),
    ):
        if count:
            table.add_row(Text(words, style="red"), f"{count:,}")
    table.add_row("acknowledged by Kafka", f"{publishing.acked:,}", "on traces.raw")
    return table


def _outcomes(result: DemoResult) -> Table:
    table, outcomes, reasons = _table(), result.audit.outcomes, result.reasons
    table.add_row("valid", f"{outcomes.get(Outcome.VALID, 0):,}", "passed on untouched, to traces.valid")
    if result.warned:
        table.add_row(
            "  of those with warnings", f"{result.warned:,}", "said in a header, nothing is blocked"
        )
    table.add_row(
        "invalid", f"{outcomes.get(Hop.INVALID, 0):,}", "sealed before it was written, to traces.invalid"
    )
    for reason, words, note in (
        (Reason.UNREADABLE, "  of those unreadable", "no reader could make sense of the bytes"),
        (Reason.BLOCKING_ISSUES, "  of those readable", "with an issue that blocks"),
    ):
        if reasons.get(reason):
            table.add_row(words, f"{reasons[reason]:,}", note)
    dead = outcomes.get(Outcome.DEAD_LETTERED, 0)
    table.add_row("dead-lettered", f"{dead:,}", "would have killed a worker")
    return table


def _problems(result: DemoResult) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("severity")
    table.add_column("code", no_wrap=True)
    table.add_column("traces", justify="right")
    table.add_column("what it means")
    ranked = sorted(result.audit.by_code.items(), key=lambda row: (-row[1], row[0]))
    for word, count in ranked[:MOST_PROBLEMS]:
        code = IssueCode(word)
        severity = CLASSIFICATION[code].severity
        table.add_row(Text(severity.value, style=STYLES[severity]), word, f"{count:,}", SENTENCES[code])
    if len(ranked) > MOST_PROBLEMS:
        rest = len(ranked) - MOST_PROBLEMS
        return Group(table, Text(f"  and {rest} more, in the report", style="dim"))
    return table


def _classified(result: DemoResult) -> Table:
    table, hop = _table(), result.audit.classified
    table.add_row("failing traces classified", f"{hop.accounted:,}", "payloads sealed as they were")
    for words, what in (
        (hop.by_disposition, DISPOSITION_NOTES),
        (hop.by_team, {}),
        (hop.by_severity, {}),
    ):
        for word, count in list(words.items())[:MOST_WORDS]:
            table.add_row(Text(f"  {word}"), f"{count:,}", what.get(word, ""))
    table.add_row("issue facts", f"{hop.facts:,}", f"of {hop.issue_groups:,} groups, on quality.issues")
    return table


def _ended(result: DemoResult) -> Table:
    table, ended = _table(), result.audit.ended
    for outcome, note in END_NOTES.items():
        table.add_row(outcome.value, f"{ended.by_outcome.get(outcome, 0):,}", note)
    for reason, count in ended.by_reason.items():
        table.add_row(Text(f"  {reason}"), f"{count:,}")
    table.add_row("receipts", f"{ended.receipts:,}", "one for each rule that was tried, on quality.receipts")
    return table


def _proof(result: DemoResult) -> RenderableType:
    audit, faults = result.audit, result.faults
    counts = f"{result.lost:,} lost, {result.duplicated:,} duplicated, {result.invented:,} invented"
    lines = [_judged(counts, f"each of {audit.raw:,} records was looked at", good=audit.ok)]
    if (balanced := conserved(result, _judged)) is not None:
        lines.append(balanced)
    if faults.injected:
        lines.append(
            _judged(
                f"{faults.found:,} of {faults.injected:,} injected faults found",
                "each under its expected code",
                good=faults.found == faults.injected,
            )
        )
    lines.append(
        _judged(f"{audit.opened:,} sealed payloads opened", "to the bytes that came in", good=audit.ok)
    )
    if audit.ended.repairs_proved:
        lines.append(
            _judged(
                f"{audit.ended.repairs_proved:,} repairs worked out again",
                "input + patch = output, and the inverse leads back",
                good=audit.ok,
            )
        )
    if audit.bound_95 is not None:
        one_in = int(1 / audit.bound_95)
        lines.append(
            Text(f"    so less than 1 in {one_in:,} is lost or doubled, with 95 % confidence", style="dim")
        )
    return Group(*lines)


def _judged(fact: str, note: str, *, good: bool) -> Text:
    mark = ("  ✓ ", "green") if good else ("  ✗ ", "bold red")
    return Text.assemble(mark, (fact, "bold"), "  ", (note, "dim"))


def _speed(result: DemoResult) -> Table:
    table, speed, audit = _table(), result.flowed.speed, result.audit
    wall, core = speed.per_second, speed.per_core_second
    pace = (
        f"published at {speed.rate:,.0f}/s"
        if speed.rate
        else f"published as fast as the worker followed, at most {MOST:,.0f}/s"
    )
    if wall is not None:
        table.add_row("traces per second", f"{wall:,.0f}", pace)
    if core is not None:
        note = f"the worker used {speed.cpu_seconds:.1f} s of CPU in {speed.seconds:.1f} s"
        table.add_row("traces per core-second", f"{core:,.0f}", note)
    if audit.p50_ms is not None and audit.p99_ms is not None:
        table.add_row(
            "detection latency",
            f"{audit.p50_ms:,.0f} ms",
            f"median; p99 {audit.p99_ms:,.0f} ms; from publish to verdict",
        )
    note = "the worker kept up" if speed.kept_up else "more than a second's: latency is partly waiting"
    table.add_row("most traces waiting", f"{speed.most_lag:,}", note)
    if speed.restarts:
        table.add_row("worker restarts", f"{speed.restarts:,}", "see the worker's log")
    return table
