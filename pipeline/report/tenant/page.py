"""The report as one HTML file: nothing is loaded, nothing runs, and nothing that comes from outside is ever markup."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from . import told
from .evidence import evidence_text
from .report import CommonIssue, TenantReport, TrendPoint

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #ffffff; --line: #d1d9e0; --good: #1a7f37;
  --fair: #9a6700; --poor: #cf222e; --bar: #54aeff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --paper: #0d1117; --line: #3d444d;
  --good: #3fb950; --fair: #d29922; --poor: #f85149; --bar: #1f6feb; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { margin-top: 2rem; font-size: 1.25rem; } h3 { font-size: 1rem; }
p.period { color: var(--soft); } .score { font-size: 2.5rem; font-weight: 600; }
.good { color: var(--good); } .fair { color: var(--fair); } .poor { color: var(--poor); } .unknown { color: var(--soft); }
div.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
code, td.code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
details { margin: .5rem 0; } summary { cursor: pointer; } svg { width: 100%; height: 8rem; }
.bar { fill: var(--bar); } .bad { fill: var(--poor); }
"""
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'"
)
"""For whoever serves the page: with it, a browser does nothing but show it."""

_CHART_HEIGHT = 100
_BAR_WIDTH = 10
_NUMBERS = {"traces", "before", "failing", "score"}


def report_html(report: TenantReport) -> str:
    """The whole page, evidence included."""
    return "".join(_parts(report))


def _parts(report: TenantReport) -> Iterator[str]:
    title = escape(told.title(report))
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(CONTENT_SECURITY_POLICY)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    yield f'<p class="period">{escape(told.period(report))}</p>\n'
    yield f'<p><span class="score {report.level.value}">{told.score_text(report.quality_score)}</span> of 100: '
    yield f'<strong class="{report.level.value}">{told.LEVELS[report.level]}</strong>; {escape(told.change_text(report))}.</p>\n'
    yield _table(told.FACT_COLUMNS, told.facts(report))
    yield "<h2>Problems</h2>\n"
    if report.common_issues:
        yield _table(told.ISSUE_COLUMNS, map(told.issue_row, report.common_issues))
    else:
        yield f"<p>{told.NO_ISSUES}</p>\n"
    yield from _advice(report)
    yield "<h2>How it develops</h2>\n"
    yield _chart(report.trend)
    yield "<details><summary>The same in numbers</summary>\n"
    yield _table(told.TREND_COLUMNS, told.trend_rows(report))
    yield "</details>\n"
    if report.common_issues:
        yield f"<h2>Evidence</h2>\n<p>{told.EVIDENCE_WORDS}</p>\n"
        yield from map(_evidence, report.common_issues)
    yield "</main>\n</body>\n</html>\n"


def _advice(report: TenantReport) -> Iterator[str]:
    if report.improvement_plan:
        yield "<h2>Improvement plan</h2>\n<ol>\n"
        for step in report.improvement_plan:
            where = f"<code>{escape(step.path)}</code>" if step.path else "the whole trace"
            yield f"<li><code>{escape(step.code)}</code> at {where}, {step.traces:,} traces. "
            yield f"{escape(step.action)} {told.after_text(step)}</li>\n"
        yield "</ol>\n"
    if report.recommendations:
        yield "<h2>Recommendations</h2>\n"
        yield _list(f"{each.text} ({each.traces:,} traces)" for each in report.recommendations)
    if report.educational_content:
        yield "<h2>What to know</h2>\n"
        for lesson in report.educational_content:
            yield f"<h3>{escape(lesson.title)}</h3>\n<p>{escape(lesson.why)}</p>\n"
            yield _list(lesson.practices)
            yield f"<p>Read: <code>{escape(lesson.read)}</code></p>\n"


def _evidence(issue: CommonIssue) -> str:
    named = f"<code>{escape(issue.code)}</code> at {escape(issue.path or 'the whole trace')}"
    places = _list(evidence_text(place) for place in issue.evidence)
    return f"<details>\n<summary>{named}: {issue.traces:,} traces</summary>\n<p>{escape(issue.meaning)}</p>\n{places}</details>\n"


def _list(items: Iterable[str]) -> str:
    return f"<ul>\n{''.join(f'<li>{escape(item)}</li>{chr(10)}' for item in items)}</ul>\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(
        f"<tr>{''.join(_cell(name, text) for name, text in zip(head, row, strict=True))}</tr>\n"
        for row in rows
    )
    return f'<div class="wide" tabindex="0"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n'


def _cell(name: str, text: str) -> str:
    kind = ' class="number"' if name in _NUMBERS else ""
    kind = ' class="code"' if name in {"code", "where"} else kind
    return f"<td{kind}>{escape(text)}</td>"


def _chart(trend: Sequence[TrendPoint]) -> str:
    """Bars of traces, with the failing ones in another colour."""
    most = max((point.traces for point in trend), default=0)
    if not most:
        return "<p>No trace was judged.</p>\n"
    bars = []
    for index, point in enumerate(trend):
        height, bad = (
            round(number * _CHART_HEIGHT / most, 2)
            for number in (point.traces, min(point.failing, point.traces))
        )
        x = index * _BAR_WIDTH
        words = escape(f"{told.minute(point.at)}: {point.traces:,} traces, {point.failing:,} failing")
        bars.append(
            f"<g><title>{words}</title>"
            f'<rect class="bar" x="{x}" y="{_CHART_HEIGHT - height}" width="{_BAR_WIDTH - 2}" height="{height}"/>'
            f'<rect class="bad" x="{x}" y="{_CHART_HEIGHT - bad}" width="{_BAR_WIDTH - 2}" height="{bad}"/></g>\n'
        )
    box = f"0 0 {len(trend) * _BAR_WIDTH} {_CHART_HEIGHT}"
    return (
        f'<svg viewBox="{box}" preserveAspectRatio="none" role="img" aria-label="Traces over time, failing ones in red">\n'
        f"{''.join(bars)}</svg>\n"
    )
