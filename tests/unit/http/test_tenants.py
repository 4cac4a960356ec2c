"""``/tenants`` over HTTP: each tenant sees itself and nobody else (S0-67 … S0-80, S0-167, S0-168)."""

from pathlib import Path
from typing import Any

import pytest

from assay.agents.api_keys.role import Role
from assay.agents.http.routes import tenants as route
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.record import Source
from assay.pipeline.report.tenant import EvidenceBook, Seen, Window
from assay.pipeline.views import Add
from assay.pipeline.views.buckets import counter, hour_bucket, minute_bucket

from .conftest import NOW_NS, Keys, Served

NOW_S = NOW_NS // 10**9


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, policy_source="directory")


def count(api: Served, tenant: str, passed: int, failing: int) -> None:
    counts = {
        counter("records", "detector", tenant, "valid", "passed"): passed,
        counter("records", "detector", tenant, "invalid", "blocking_issues"): failing,
        counter("issues", "detector", tenant, "schema.required_missing", "critical"): failing,
    }
    for bucket in (hour_bucket(NOW_S), minute_bucket(NOW_S)):
        api.views.images["counters"].take([Add(bucket, 2**40, counts)])


async def test_tenants_with_most_failing_traces_come_first(api: Served, key: Keys) -> None:
    for number, tenant in enumerate(("acme", "blue", "cyan")):
        count(api, tenant, 9, number)
    async with api.client(key(Role.VIEWER)) as client:
        first = (await client.get("/api/v1/tenants?limit=2")).json()
        second = (await client.get(f"/api/v1/tenants?limit=2&cursor={first['next_cursor']}")).json()
    assert [each["tenant_id"] for each in first["items"] + second["items"]] == ["cyan", "blue", "acme"]
    assert first["items"][1] == {"tenant_id": "blue", "traces": 10, "failing": 1, "invalid_trace_rate": 0.1}


async def test_a_tenant_sees_itself_and_another_is_not_there(api: Served, key: Keys) -> None:
    """DESIGN 9."""
    count(api, "acme", 9, 1)
    count(api, "blue", 5, 5)
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        assert [each["tenant_id"] for each in (await client.get("/api/v1/tenants")).json()["items"]] == [
            "acme"
        ]
        for path in ("quality", "patterns?fingerprint=0123456789abcdef", "report"):
            assert (await client.get(f"/api/v1/tenants/blue/{path}")).status_code == 404
        own = (await client.get("/api/v1/tenants/acme/quality")).json()
    assert own["metrics"]["total_traces_processed"] == 10
    assert own["metrics"]["invalid_trace_rate"] == 0.1


async def test_without_traces_there_are_no_metrics(api: Served, key: Keys) -> None:
    """S0-80."""
    async with api.client(key(Role.VIEWER)) as client:
        assert (await client.get("/api/v1/tenants/nobody/quality")).json()["metrics"] == {}


@pytest.fixture
def evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    def gathered(_settings: Settings, tenant: str, window: Window) -> EvidenceBook:
        book = EvidenceBook(window)
        book.take(
            Seen(
                fingerprint="0123456789abcdef",
                code="schema.required_missing",
                category=Category.SCHEMA,
                severity=Severity.CRITICAL,
                blocking=True,
                subject="workflow_trace",
                path="/workflow_id",
                rule="",
                occurrences=1,
                producer="<b>billing</b>",
                version="1.0",
                source=Source("traces.raw", 0, 7),
                detected_at=rfc3339(NOW_NS),
                at_s=NOW_S,
            )
        )
        return book

    monkeypatch.setattr(route, "gather_evidence", gathered)


@pytest.mark.usefixtures("evidence")
@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("json", "application/json"),
        ("openlineage", "application/json"),
        ("markdown", "text/markdown; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
        ("pdf", "application/pdf"),
    ],
)
async def test_a_report_comes_in_five_forms(api: Served, key: Keys, form: str, media_type: str) -> None:
    """S0-167."""
    count(api, "acme", 9, 1)
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        found = await client.get(f"/api/v1/tenants/acme/report?format={form}&since=24h")
    assert found.status_code == 200
    assert found.headers["content-type"] == media_type
    assert b"<b>billing</b>" not in found.content or form == "json"


@pytest.mark.usefixtures("evidence")
async def test_a_report_has_the_numbers_of_the_view_and_the_evidence_of_the_topic(
    api: Served, key: Keys
) -> None:
    """S0-168."""
    count(api, "acme", 9, 1)
    async with api.client(key(Role.VIEWER)) as client:
        found: Any = (await client.get("/api/v1/tenants/acme/report")).json()
    assert found["quality_score"] == 90.0
    assert found["common_issues"][0]["evidence"] == [
        {"topic": "traces.raw", "partition": 0, "offsets": [[7, 7]]}
    ]


@pytest.mark.usefixtures("evidence")
async def test_the_page_of_a_report_runs_nothing(api: Served, key: Keys) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        found = await client.get("/api/v1/tenants/acme/report?format=html")
    assert found.headers.get_list("content-security-policy")
    assert "script-src" not in found.text


@pytest.mark.parametrize("since", ["yesterday", "-1h", "99999999d", "1h;drop"])
async def test_a_time_that_is_none_is_refused(api: Served, key: Keys, since: str) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        found = await client.get("/api/v1/tenants/acme/report", params={"since": since})
    assert found.status_code == 422
    assert found.json()["errors"][0]["key"] == "since"
