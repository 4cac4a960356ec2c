"""A tenant's quality report, and the forms that it comes in."""

from . import told
from .book import EvidenceBook
from .document import report_document
from .evidence import Offsets, Place, Run, evidence_text
from .lineage import report_lineage
from .markdown import report_markdown
from .page import CONTENT_SECURITY_POLICY, report_html
from .report import CommonIssue, TenantReport, tenant_report
from .score import Level, level_of
from .seen import HOUR_S, HourCounts, Seen, Window, window_of

__all__ = [
    "tenant_report",
    "TenantReport",
    "CommonIssue",
    "EvidenceBook",
    "Seen",
    "HourCounts",
    "Window",
    "window_of",
    "HOUR_S",
    "Offsets",
    "Place",
    "Run",
    "evidence_text",
    "Level",
    "level_of",
    "report_document",
    "report_markdown",
    "report_html",
    "CONTENT_SECURITY_POLICY",
    "report_lineage",
    "told",
]
