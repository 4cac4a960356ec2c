"""``/conservation`` and ``/data`` over HTTP: is every trace accounted for, do traces flow (promise 1, S1-49, S1-73, S1-109)."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from assay.agents.api_keys.role import Role
from assay.agents.http import known_bundles
from assay.agents.http.conservation import Conservation
from assay.agents.http.pulse import Beat, ViewState
from assay.agents.settings import Settings, load_settings
from assay.pipeline.policy.publication_log import PolicyLog
from assay.pipeline.views import Add
from assay.pipeline.views.buckets import counter, hour_bucket, minute_bucket

from .conftest import NOW_NS, Keys, Served

NOW_S = NOW_NS // 10**9
REPORT = {
    "ok": False,
    "findings": [{"kind": "missing", "count": 2, "examples": []}, {"kind": "doubled", "count": 1}],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, policy_source="directory")


def auditing(api: Served, script: str) -> Conservation:
    """Audits by this script instead of ``assay audit``."""
    world = api.app.state.world
    command = (sys.executable, "-c", script)
    world.conservation = Conservation(world.settings, world.clock, lambda: world.redis, command)
    found: Conservation = world.conservation
    return found


SAYS = f"import sys; sys.stdout.write({json.dumps(REPORT)!r}); sys.exit(1)"


async def finished(client: Any) -> Any:
    async with asyncio.timeout(30):
        while True:
            found = (await client.get("/api/v1/conservation")).json()
            if found["job"] is None or found["job"]["state"] != "running":
                return found
            await asyncio.sleep(0.01)


async def test_before_an_audit_nobody_knows(api: Served, key: Keys) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        found = (await client.get("/api/v1/conservation")).json()
    assert found == {"state": "unknown", "unaccounted": None, "checked_at": None, "report": None, "job": None}


async def test_an_audit_runs_apart_and_its_findings_are_kept(api: Served, key: Keys) -> None:
    auditing(api, SAYS)
    async with api.client(key(Role.OPERATOR, name="ada")) as client:
        started = await client.post("/api/v1/conservation", json={"reason": "every hour"})
        found = await finished(client)
    assert started.status_code == 202
    assert (found["state"], found["unaccounted"], found["report"]) == ("findings", 2, REPORT)
    assert found["job"]["state"] == "done"
    assert [(act.action, act.reason) for act in api.noted] == [("conservation.audit", "every hour")]
    assert api.app.state.world.conservation.light()["unaccounted"] == 2


async def test_one_audit_at_a_time(api: Served, key: Keys) -> None:
    conservation = auditing(api, "import time; time.sleep(60)")
    async with api.client(key(Role.OPERATOR)) as client:
        assert (await client.post("/api/v1/conservation", json={"reason": "one"})).status_code == 202
        assert (await client.post("/api/v1/conservation", json={"reason": "two"})).status_code == 409
        await conservation.close()
        found = await finished(client)
    assert (found["job"]["state"], found["job"]["why"]) == ("failed", "it was ended")


@pytest.mark.parametrize(("status", "why"), [(3, "Kafka is not reachable"), (2, "it could not be made")])
async def test_an_audit_that_cannot_be_made_says_so(api: Served, key: Keys, status: int, why: str) -> None:
    auditing(api, f"raise SystemExit({status})")
    async with api.client(key(Role.OPERATOR)) as client:
        await client.post("/api/v1/conservation", json={"reason": "try"})
        found = await finished(client)
    assert (found["state"], found["job"]["state"], found["job"]["why"]) == ("unknown", "failed", why)


async def test_whoever_only_looks_starts_none(api: Served, key: Keys) -> None:
    auditing(api, SAYS)
    async with api.client(key(Role.VIEWER)) as client:
        assert (await client.post("/api/v1/conservation", json={"reason": "try"})).status_code == 403
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        assert (await client.get("/api/v1/conservation")).status_code == 403


@pytest.fixture
def beat(api: Served, monkeypatch: pytest.MonkeyPatch) -> dict[str, Beat]:
    now = {"beat": Beat({"detector": 5}, ViewState.OK, 0)}

    async def feel() -> Beat:
        return now["beat"]

    monkeypatch.setattr(api.app.state.world.pulse, "feel", feel)
    return now


async def test_the_data_path_is_well(api: Served, key: Keys, beat: dict[str, Beat]) -> None:
    """S1-49."""
    counts = {counter("records", "detector", "acme", "valid", "passed"): 1}
    api.views.images["counters"].take([Add(minute_bucket(NOW_S - 120), 2**40, counts)])
    async with api.client(key(Role.VIEWER)) as client:
        found = await client.get("/api/v1/data/health")
    assert found.status_code == 200
    assert found.json() == {
        "status": "ok",
        "reasons": [],
        "kafka": "ok",
        "views": "ok",
        "behind": 0,
        "lanes": [{"lane": "detector", "records": 5}],
        "unaccounted": None,
        "audited_at": None,
        "last_judged_at": "2026-01-02T03:02:00.000000000Z",
    }


async def test_what_is_wrong_with_it_is_said(api: Served, key: Keys, beat: dict[str, Beat]) -> None:
    auditing(api, SAYS)
    async with api.client(key(Role.OPERATOR)) as client:
        await client.post("/api/v1/conservation", json={"reason": "look"})
        await finished(client)
        beat["beat"] = Beat({"detector": 5}, ViewState.BEHIND, 5000)
        degraded = (await client.get("/api/v1/data/health")).json()
        beat["beat"] = Beat({"detector": None}, ViewState.UNKNOWN, 0)
        away = await client.get("/api/v1/data/health")
    assert degraded["status"] == "degraded"
    assert degraded["reasons"] == ["the views are behind", "traces are unaccounted for"]
    assert away.status_code == 503
    assert away.json()["status"] == "unavailable"


async def test_the_words_of_the_bundle_are_a_list(api: Served, key: Keys) -> None:
    """S1-73, S1-109."""
    counts = {counter("records", "detector", "acme", "valid", "passed"): 1}
    api.views.images["counters"].take([Add(hour_bucket(NOW_S), 2**40, counts)])
    async with api.client(key(Role.VIEWER)) as client:
        found = (await client.get("/api/v1/data/symbols")).json()
    assert found["standing"] == "in_use"
    words = {(each["kind"], each["name"]) for each in found["data"]}
    assert {
        ("workflow_state", "completed"),
        ("tenant", "acme"),
        ("issue_code", "schema.required_missing"),
        ("field_path", "/steps/*/step_id"),
    } <= words
    assert "cloudtrail_event" in {each["subject"] for each in found["data"] if each["kind"] == "trace_type"}


async def test_a_tenant_is_told_of_no_other(api: Served, key: Keys) -> None:
    counts = {counter("records", "detector", tenant, "valid", "passed"): 1 for tenant in ("acme", "blue")}
    api.views.images["counters"].take([Add(hour_bucket(NOW_S), 2**40, counts)])
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        found = (await client.get("/api/v1/data/symbols")).json()
        assert (await client.get("/api/v1/data/health")).status_code == 403
    assert [each["name"] for each in found["data"] if each["kind"] == "tenant"] == ["acme"]


async def test_the_words_of_a_candidate_are_asked_for_by_a_header(
    api: Served, key: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-72."""

    async def nothing(_source: object) -> PolicyLog:
        return PolicyLog()

    monkeypatch.setattr(known_bundles, "read_policy_log", nothing)
    async with api.client(key(Role.VIEWER), **{"X-Canary-Test": "true"}) as client:
        assert (await client.get("/api/v1/data/symbols")).status_code == 404


async def test_topics_are_described_to_everybody(api: Served) -> None:
    async with api.client() as client:
        found = (await client.get("/asyncapi.json")).json()
    assert found["asyncapi"] == "3.0.0"
