"""What a person sees of a validation: a line per record that would not pass, then the counts."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assay.pipeline.core.code_words import SENTENCES
from assay.pipeline.report import Entry, Judgement, Place, Summary


def record_line(entry: Entry) -> str:
    """``file:line: code path sentence``, as compilers write it, with how many more issues there are.

    Not the issue's own message: that repeats code and path, for places where it stands alone.
    """
    issue = entry.deciding
    assert issue is not None, "only records with issues are shown"
    details = [f"expected {issue.expected}"] if issue.expected else []
    details += [f"found {issue.actual_masked}"] if issue.actual_masked else []
    more = len(entry.verdict.issues) - 1
    words = (
        f"{entry.place}:",
        issue.code.value,
        issue.path,
        SENTENCES[issue.code],
        f"({', '.join(details)})" if details else "",
        f"And {more} more." if more else "",
    )
    return " ".join(filter(None, words))


def print_summary(summary: Summary, console: Console) -> None:
    """The table of codes, when there are any, and the totals."""
    if summary.by_code:
        console.print(_table(summary))
    invalid = summary.by_judgement[Judgement.INVALID]
    valid = summary.by_judgement[Judgement.VALID]
    warned = f", {summary.warned:,} of them with warnings" if summary.warned else ""
    noun = "record" if summary.records == 1 else "records"
    console.print(
        f"{summary.records:,} {noun}: {invalid:,} invalid, {valid:,} valid{warned}", highlight=False
    )


def _table(summary: Summary) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("code", no_wrap=True)
    table.add_column("severity")
    table.add_column("blocks")
    table.add_column("issues", justify="right")
    table.add_column("first seen at", overflow="fold")
    rows = sorted(summary.by_code.items(), key=lambda row: (-row[1].blocking, -row[1].issues, row[0]))
    for code, count in rows:
        table.add_row(
            code.value,
            count.severity.value,
            "yes" if count.blocking else "no",
            f"{count.issues:,}",
            _where(count.first, count.first_path),
        )
    return table


def _where(place: Place, path: str) -> str:
    return escape(f"{place} {path}".rstrip())
