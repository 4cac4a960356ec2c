"""The report as PDF: text and tables, no fonts to load, nothing that comes from outside is ever markup."""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from fpdf import FPDF
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from assay.pipeline.report.tenant import TenantReport, evidence_text, told

FONT: Final = "Helvetica"
MONOSPACED: Final = "Courier"
LINE: Final = 5
EVIDENCE_LINE: Final = 3.6
EVIDENCE_COLUMNS: Final = 104
"""Characters of the monospaced font, which is 0.6 of its 8 points wide, between the margins."""
MARGIN: Final = 15
SHARES: Final = (9, 24, 30, 9, 9, 19)
"""How wide the columns of the table of problems are, of 100."""
HEAD: Final = FontFace(emphasis="BOLD", fill_color=(235, 238, 242))


class _Page(FPDF):
    def footer(self) -> None:
        self.set_y(-MARGIN + 3)
        self.set_font(FONT, size=8)
        self.cell(0, LINE, f"{self.page_no()}", align="R")


def report_pdf(report: TenantReport) -> bytes:
    r"""The document. Equal reports have equal bytes.

    Its fonts know Western European letters: others are written as ``\uXXXX``.
    """
    pdf = _Page(format="A4")
    pdf.set_creation_date(datetime.fromisoformat(report.generated_at[:19] + "+00:00"))
    pdf.set_title(_text(told.title(report)))
    pdf.set_lang("en")
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(auto=True, margin=MARGIN)
    pdf.add_page()
    _heading(pdf, told.title(report), 16)
    _paragraph(pdf, told.period(report))
    _paragraph(pdf, _score_line(report))
    _table(pdf, told.FACT_COLUMNS, told.facts(report), (30, 70))
    _heading(pdf, "Problems")
    if report.common_issues:
        _table(pdf, told.ISSUE_COLUMNS, map(told.issue_row, report.common_issues), SHARES)
    else:
        _paragraph(pdf, told.NO_ISSUES)
    _advice(pdf, report)
    _heading(pdf, "How it develops")
    _table(pdf, told.TREND_COLUMNS, told.trend_rows(report), (40, 20, 20, 20))
    _evidence(pdf, report)
    return bytes(pdf.output())


def _score_line(report: TenantReport) -> str:
    return (
        f"Score {told.score_text(report.quality_score)} of 100 ({told.LEVELS[report.level]}); "
        f"{told.change_text(report)}."
    )


def _advice(pdf: FPDF, report: TenantReport) -> None:
    if report.improvement_plan:
        _heading(pdf, "Improvement plan")
        for number, step in enumerate(report.improvement_plan, 1):
            where = step.path or "the whole trace"
            _paragraph(
                pdf,
                f"{number}. {step.code} at {where}, {step.traces:,} traces. {step.action} {told.after_text(step)}",
            )
    if report.recommendations:
        _heading(pdf, "Recommendations")
        for each in report.recommendations:
            _paragraph(pdf, f"- {each.text} ({each.traces:,} traces)")
    if report.educational_content:
        _heading(pdf, "What to know")
        for lesson in report.educational_content:
            _heading(pdf, lesson.title, 11)
            _paragraph(pdf, lesson.why)
            for practice in lesson.practices:
                _paragraph(pdf, f"- {practice}")
            _paragraph(pdf, f"Read: {lesson.read}")


def _evidence(pdf: FPDF, report: TenantReport) -> None:
    if not report.common_issues:
        return
    _heading(pdf, "Evidence")
    _paragraph(pdf, told.EVIDENCE_WORDS)
    for issue in report.common_issues:
        _heading(pdf, f"{issue.code} at {issue.path or 'the whole trace'}", 11)
        _paragraph(pdf, issue.meaning)
        pdf.set_font(MONOSPACED, size=8)
        for place in issue.evidence:
            for line in _lines(_text(evidence_text(place))):
                pdf.cell(0, EVIDENCE_LINE, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _lines(text: str) -> list[str]:
    """By hand: the library takes a thousand times as long to break a text of a hundred thousand offsets."""
    return textwrap.wrap(text, EVIDENCE_COLUMNS, subsequent_indent="  ")


def _heading(pdf: FPDF, text: str, size: int = 13) -> None:
    pdf.ln(LINE / 2)
    pdf.set_font(FONT, style="B", size=size)
    pdf.multi_cell(0, size / 2, _text(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _paragraph(pdf: FPDF, text: str) -> None:
    pdf.set_font(FONT, size=10)
    pdf.multi_cell(0, LINE, _text(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _table(pdf: FPDF, head: Sequence[str], rows: Iterable[Sequence[str]], shares: tuple[int, ...]) -> None:
    pdf.set_font(FONT, size=9)
    pdf.ln(LINE / 2)
    with pdf.table(
        col_widths=shares,
        headings_style=HEAD,
        line_height=LINE,
        text_align="LEFT",
        cell_fill_mode=TableCellFillMode.NONE,
    ) as table:
        for cells in (head, *rows):
            row = table.row()
            for cell in cells:
                row.cell(_text(cell))


def _text(text: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in text)
    return shown.encode("latin-1", "backslashreplace").decode("latin-1")
