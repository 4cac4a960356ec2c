"""The forms that a report comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import orjson

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.word import Word
from assay.pipeline.report.tenant import (
    CONTENT_SECURITY_POLICY,
    TenantReport,
    report_document,
    report_html,
    report_lineage,
    report_markdown,
)


class Form(Word):
    """A form of the report."""

    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    OPENLINEAGE = "openlineage"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report as bytes."""

    content: bytes
    media_type: str
    headers: Mapping[str, str]
    """Of an HTTP answer that carries it."""


def render(report: TenantReport, form: Form, settings: Settings) -> Rendered:
    """The report in this form. A PDF takes its time: call it in a thread."""
    match form:
        case Form.JSON:
            return _json(report_document(report))
        case Form.OPENLINEAGE:
            broker = settings.bootstrap_servers.partition(",")[0]
            topic = topic_name(TopicRole.RAW, settings.topic_prefix)
            return _json(report_lineage(report, broker=broker, topic=topic, environment=settings.env))
        case Form.MARKDOWN:
            return Rendered(report_markdown(report).encode(), "text/markdown; charset=utf-8", {})
        case Form.HTML:
            headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
            return Rendered(report_html(report).encode(), "text/html; charset=utf-8", headers)
        case Form.PDF:
            from .pdf import report_pdf  # noqa: PLC0415 - its library is large, and only this form needs it

            return Rendered(report_pdf(report), "application/pdf", {})
        case _:
            assert_never(form)


def _json(document: object) -> Rendered:
    return Rendered(orjson.dumps(document, option=orjson.OPT_INDENT_2), "application/json", {})
