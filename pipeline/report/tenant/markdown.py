"""The report as Markdown. What comes from outside is escaped: none of it is ever markup."""

import re
from collections.abc import Iterable, Iterator, Sequence

from . import told
from .evidence import evidence_text
from .report import CommonIssue, TenantReport

_ACTIVE = re.compile(r"[\\`*_{}\[\]<>&#|~!$@^=]")
"""What may be markup wherever it stands."""
_AT_START = re.compile(r"[-+]|\d+[.)]")
"""What begins a list."""
_LINK = re.compile(r"(?i)(?<=http)(?=s?:)|(?<=www)(?=\.)|(?<=ftp)(?=:)")
"""Where a reader would make a link out of an address: a character without width stands between."""
_NOTHING = "\u2060"
_CODE = re.compile(r"[A-Za-z0-9._/*:-]+")
"""What a span of code holds as it is."""
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def escaped(text: str) -> str:
    """Text that is shown as it is, wherever it stands in a line of Markdown or in a table."""
    shown = "".join(" " if each.isspace() else each if each.isprintable() else "?" for each in text)
    quoted = _ACTIVE.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), _LINK.sub(_NOTHING, shown))
    begins = _AT_START.match(quoted)
    return quoted if begins is None else f"{quoted[: begins.end() - 1]}\\{quoted[begins.end() - 1 :]}"


def code(text: str) -> str:
    """A word in the type of code, where it can be; escaped where not."""
    return f"`{text}`" if _CODE.fullmatch(text) else escaped(text)


def report_markdown(report: TenantReport) -> str:
    """The whole report, evidence included."""
    return "\n\n".join(_blocks(report)) + "\n"


def _blocks(report: TenantReport) -> Iterator[str]:
    yield f"# {escaped(told.title(report))}"
    yield told.period(report)
    yield (
        f"**Score {told.score_text(report.quality_score)} of 100** ({told.LEVELS[report.level]}); "
        f"{told.change_text(report)}."
    )
    yield _table(told.FACT_COLUMNS, [(name, escaped(text)) for name, text in told.facts(report)])
    yield "## Problems"
    if not report.common_issues:
        yield told.NO_ISSUES
    else:
        yield _table(told.ISSUE_COLUMNS, map(_row, report.common_issues))
    yield from _advice(report)
    yield "## How it develops"
    yield _table(told.TREND_COLUMNS, (map(escaped, row) for row in told.trend_rows(report)))
    if report.common_issues:
        yield "## Evidence"
        yield told.EVIDENCE_WORDS
        for issue in report.common_issues:
            yield f"### {code(issue.code)} at {code(issue.path) if issue.path else 'the whole trace'}"
            yield escaped(issue.meaning)
            yield "\n".join(f"- {escaped(evidence_text(place))}" for place in issue.evidence)


def _advice(report: TenantReport) -> Iterator[str]:
    if report.improvement_plan:
        yield "## Improvement plan"
        yield "\n".join(
            f"{number}. {code(step.code)} at {code(step.path) if step.path else 'the whole trace'}, {step.traces:,} traces. "
            f"{escaped(step.action)} {told.after_text(step)}"
            for number, step in enumerate(report.improvement_plan, 1)
        )
    if report.recommendations:
        yield "## Recommendations"
        yield "\n".join(f"- {escaped(each.text)} ({each.traces:,} traces)" for each in report.recommendations)
    if report.educational_content:
        yield "## What to know"
        for lesson in report.educational_content:
            yield f"### {escaped(lesson.title)}"
            yield escaped(lesson.why)
            yield "\n".join(f"- {escaped(practice)}" for practice in lesson.practices)
            yield f"Read: {code(lesson.read)}"


def _row(issue: CommonIssue) -> Sequence[str]:
    severity, named, where, *rest = told.issue_row(issue)
    return (severity, code(named), escaped(where), *map(escaped, rest))


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines: list[Iterable[str]] = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
