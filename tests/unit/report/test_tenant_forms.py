"""The forms of a tenant's report: nothing of it is ever markup, and each form holds all of the evidence (S0-167, S0-168)."""

import re
import zlib
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assay.agents.report import Form, render
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.record import Source
from assay.pipeline.report.tenant import (
    CONTENT_SECURITY_POLICY,
    HOUR_S,
    EvidenceBook,
    HourCounts,
    Seen,
    TenantReport,
    Window,
    report_document,
    report_html,
    report_lineage,
    report_markdown,
    tenant_report,
)
from assay.pipeline.report.tenant.markdown import escaped

WINDOW = Window(500_000, 500_024)
AT_S = WINDOW.first * HOUR_S
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "`*_[a](javascript:alert(1))_*`",
    "| a | b |",
    "](https://evil.example)",
    "http://evil.example www.evil.example",
    "# head\n- list\n\n1. two",
    "é漢\u202e\x00\x1b[31m",
    "&lt;b&gt;",
]


def seen(text: str, number: int = 0, offset: int = 7) -> Seen:
    return Seen(
        fingerprint=f"{number:016x}",
        code="schema.required_missing",
        category=Category.SCHEMA,
        severity=Severity.CRITICAL,
        blocking=True,
        subject=text,
        path=f"/{text}",
        rule=text,
        occurrences=1,
        producer=text,
        version=text,
        source=Source("traces.raw", 3, offset),
        detected_at=rfc3339(AT_S * NANOS_PER_SECOND),
        at_s=AT_S,
    )


def report(*facts: Seen, tenant: str = "42") -> TenantReport:
    book = EvidenceBook(WINDOW)
    for fact in facts:
        book.take(fact)
    hours = [HourCounts(WINDOW.first, traces=100, failing=len(facts))]
    return tenant_report(tenant, WINDOW, hours, book, AT_S * NANOS_PER_SECOND)


class Elements(HTMLParser):
    """What a browser makes of a page: elements, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_comes_from_outside_is_markup_in_the_page(text: str) -> None:
    hostile = report(*(seen(text, number, number) for number in range(6)), tenant=text)
    harmless = report(*(seen("plain", number, number) for number in range(6)))
    found, wanted = Elements(report_html(hostile)), Elements(report_html(harmless))
    assert found.tags == wanted.tags
    assert found.attributes == wanted.attributes
    assert text.replace("\x00", "\ufffd").split()[0] in found.text.replace("\x00", "\ufffd")


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = report_html(report(seen("a")))
    elements = Elements(page)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(elements.tags)
    assert not {"src", "href", "style"} & elements.attributes
    assert not any(name.startswith("on") for name in elements.attributes)
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "url(" not in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_comes_from_outside_is_markup_in_markdown(text: str) -> None:
    """As GitHub reads it: with tables, and with links made out of addresses."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")

    def kinds(markdown: str) -> list[str]:
        tokens = [token for block in reader.parse(markdown) for token in (block, *(block.children or ()))]
        # Text is cut at other places, and what cannot be code is text: neither is markup.
        return [token.type for token in tokens if token.type not in {"text", "text_special", "code_inline"}]

    hostile = report(*(seen(text, number, number) for number in range(6)), tenant=text)
    assert kinds(report_markdown(hostile)) == kinds(
        report_markdown(report(*(seen("a b", n, n) for n in range(6))))
    )
    assert not re.search(r"https?://|www\.", report_markdown(hostile))


@given(st.text())
def test_escaped_text_is_one_paragraph_of_text(text: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = reader.parse(f"a {escaped(text)} b")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    shown = "".join(child.content for child in children)
    wanted = "".join(" " if each.isspace() else each if each.isprintable() else "?" for each in f"a {text} b")
    assert shown.replace("\u2060", "").split() == wanted.replace("\u2060", "").split()


@pytest.mark.parametrize("form", [Form.HTML, Form.MARKDOWN, Form.PDF])
def test_a_form_for_people_holds_all_of_the_evidence(form: Form) -> None:
    """S0-167: exact traces, without a cap."""
    offsets = [*range(0, 3000, 2)]
    content = render(report(*(seen("a", 0, offset) for offset in offsets)), form, load_settings()).content
    text = " ".join(_pdf_text(content) if form is Form.PDF else [content.decode()])
    assert f"traces.raw/3: {offsets[0]}, {offsets[1]}, {offsets[2]}, " in text
    told = set(map(int, re.findall(r"\b\d+\b", text.partition("traces.raw/3: ")[2])))
    assert told.issuperset(offsets)


def _pdf_text(content: bytes) -> list[str]:
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    texts = []
    for stream in streams:
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:
            continue
        texts += [shown.decode("latin-1") for shown in re.findall(rb"\((.*?)\) Tj", drawn)]
    return texts


@pytest.mark.parametrize("text", HOSTILE)
def test_a_pdf_can_be_made_of_anything(text: str) -> None:
    hostile = report(seen(text), tenant=text)
    content = render(hostile, Form.PDF, load_settings()).content
    assert content.startswith(b"%PDF-")
    assert content == render(hostile, Form.PDF, load_settings()).content
    assert b"/JavaScript" not in content
    assert b"/URI" not in content


def test_json_is_the_whole_report() -> None:
    document: Any = report_document(report(seen("a", 0, 5), seen("a", 0, 6), seen("b", 1, 5)))
    assert document["schema"] == "assay/tenant_report/1-0-0"
    assert [issue["evidence"][0]["offsets"] for issue in document["common_issues"]] == [[[5, 6]], [[5, 5]]]


def test_catalogues_get_the_facets_that_openlineage_declares() -> None:
    """A run event with the facets dataQualityMetrics and dataQualityAssertions of the topic."""
    made = report(seen("a", 0, 5), seen("a", 1, 6))
    event: Any = report_lineage(made, broker="kafka.example:9092", topic="traces.raw", environment="dev")
    assert event == report_lineage(made, broker="kafka.example:9092", topic="traces.raw", environment="dev")
    assert {"eventType", "eventTime", "run", "job", "producer", "schemaURL"} <= event.keys()
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", event["run"]["runId"]
    )
    (topic,) = event["inputs"]
    assert (topic["namespace"], topic["name"]) == ("kafka://kafka.example:9092", "traces.raw")
    metrics, assertions = (
        topic["inputFacets"][name] for name in ("dataQualityMetrics", "dataQualityAssertions")
    )
    assert metrics["rowCount"] == 100
    assert metrics["columnMetrics"] == {}
    assert (
        assertions["assertions"]
        == [{"assertion": "schema.required_missing", "success": False, "column": "/a"}] * 2
    )
    facets = [*topic["inputFacets"].values(), *event["run"]["facets"].values()]
    assert all({"_producer", "_schemaURL"} <= facet.keys() for facet in facets)


def test_a_catalogue_is_told_that_nothing_is_wrong() -> None:
    event: Any = report_lineage(report(), broker="b:1", topic="t", environment="dev")
    assert event["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"] == [
        {"assertion": "assay.quality_score", "success": True}
    ]
