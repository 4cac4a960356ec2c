"""Rules, replays, tenants, policies, conservation and data over HTTP, with all agents at work on a real Kafka."""

from typing import Any

import httpx
import pytest

from .conftest import SECRET, Town

pytestmark = pytest.mark.broker


def good(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def source_of(client: httpx.Client, trace: str) -> str:
    source: str = good(client.get(f"/traces/{trace}"))["tries"][0]["source"]
    return source


def test_rules_are_listed_and_tried_on_a_failing_trace(town: Town) -> None:
    """S0-125: and who opened it stands on the audit log."""
    with town.client() as admin, town.client("operator") as operator:
        source = source_of(admin, "bad-43-1")
        path, body = "/rules/missing_required_fields/preview", {"source": source, "reason": "would it help"}
        rules = {each["rule"]: each["rate"] for each in good(admin.get("/rules"))["items"]}
        assert operator.post(path, json=body).status_code == 403
        found = good(admin.post(path, json=body))
        log = good(admin.get("/audit-log"))["items"]
        good(admin.get("/rules/missing_required_fields/receipts"))
    assert rules["missing_required_fields"]["open"] is True
    assert "/workflow_id" in [each["path"] for each in found["before"]]
    assert ("trace.open", source) in [(each["action"], each["target"]) for each in log]


def test_a_replay_is_planned_started_and_ends(town: Town) -> None:
    """DESIGN 8: what still fails is contained again."""
    with town.client("operator") as operator, town.client("viewer") as viewer:
        source = source_of(viewer, "bad-44-2")
        wanted = {"filter": {"sources": [source]}, "origins": ["quarantine"]}
        plan = good(operator.post("/replays/plan", json=wanted))
        started = good(operator.post("/replays", json={**wanted, "reason": "again"}))
        job = town.until(
            lambda: (now := good(viewer.get(f"/replays/{started['job']}")))["status"] == "succeeded" and now
        )
        listed = [each["job"] for each in good(viewer.get("/replays"))["items"]]
    assert (plan["found"], plan["decisions"]) == (1, {"replay": 1})
    assert (job["replayed"], job["reason"], job["actor"]) == (1, "again", "operator")
    assert started["job"] in listed


def test_a_tenants_report_names_its_traces_and_nobody_elses(town: Town) -> None:
    """S0-167, S0-168, DESIGN 9."""
    with town.client("viewer") as viewer, town.client("tenant-43") as mine:
        sources = {source_of(viewer, f"bad-43-{number}") for number in range(3)}
        report = good(mine.get("/tenants/43/report?since=1h"))
        pdf = viewer.get("/tenants/42/report?since=1h&format=pdf")
        assert mine.get("/tenants/42/report").status_code == 404
        assert [each["tenant_id"] for each in good(mine.get("/tenants"))["items"]] == ["43"]
    named = {
        f"{place['topic']}/{place['partition']}/{offset}"
        for issue in report["common_issues"]
        for place in issue["evidence"]
        for first, last in place["offsets"]
        for offset in range(first, last + 1)
    }
    assert sources <= named
    assert all(source.split("/")[0] == f"{town.settings.topic_prefix}traces.raw" for source in named)
    assert report["quality_score"] == 0.0
    assert pdf.content.startswith(b"%PDF-")
    assert SECRET.encode() not in pdf.content


def test_patterns_compare_a_tenants_failing_traces(town: Town) -> None:
    """S0-96."""
    with town.client("tenant-43") as mine:
        worst = good(mine.get("/tenants/43/report?since=1h"))["common_issues"][0]
        found = good(mine.get(f"/tenants/43/patterns?fingerprint={worst['fingerprint']}&since=1h"))
    assert found["failing"] >= 3
    assert found["passing"] == 0


def test_the_books_are_audited_apart(town: Town) -> None:
    """Promise 1."""
    with town.client("operator") as operator:
        good(operator.post("/conservation", json={"reason": "test"}), 202)
        found = town.until(
            lambda: (now := good(operator.get("/conservation")))["job"]["state"] != "running" and now
        )
    assert (found["job"]["state"], found["job"]["why"], found["unaccounted"]) == ("done", "", 0)
    assert found["report"]["raw"] >= 30


def test_the_data_path_says_how_it_is_and_which_words_it_knows(town: Town) -> None:
    """S1-49, S1-73."""
    with town.client("viewer") as viewer:
        health = good(viewer.get("/data/health"))
        symbols = good(viewer.get("/data/symbols"))["data"]
        policies = good(viewer.get("/policies"))["items"]
        same = good(viewer.get("/policies/active/diff/directory"))
    assert health["kafka"] == "ok"
    assert health["last_judged_at"] is not None
    assert {"detector", "classifier", "auto_remediation"} <= {each["lane"] for each in health["lanes"]}
    assert {"42", "43", "44"} <= {each["name"] for each in symbols if each["kind"] == "tenant"}
    assert [each["standing"] for each in policies if each["in_use"]] == ["directory"]
    assert same["changes"] == []
