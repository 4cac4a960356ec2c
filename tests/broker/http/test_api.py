"""The API on the real Kafka and Valkey, as `assay serve`, with keys (issue 6: API; DESIGN 9)."""

import asyncio
import json
import signal
import time
from functools import partial
from typing import Any

import httpx
import pytest

from assay.agents.audit_log import audit_log
from assay.agents.settings import Settings

from ...processes import ASSAY, Processes
from .conftest import BROKEN, FINE, SECRET, Town, free_port

pytestmark = pytest.mark.broker


def audited(settings: Settings) -> list[tuple[str, str, str]]:
    async def read() -> list[tuple[str, str, str]]:
        async with audit_log(settings) as log:
            assert (await log.verify(time.time_ns())).findings == ()
            return [(entry.act.actor, entry.act.action, entry.act.target) for entry in await log.entries()]

    return asyncio.run(read())


def good(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def one(client: httpx.Client, path: str, **asked: Any) -> Any:
    found = client.get(path, params=asked).json()["items"]
    assert found, (path, asked)
    return found[0]


def test_a_group_is_worked_on_and_the_audit_log_says_who_and_by_which_key(town: Town) -> None:
    """S0-59, S0-60, S0-82; every mutation is on the audit log before it is done."""
    with town.client("operator") as client:
        fingerprint = one(client, "/issues", tenant="43")["fingerprint"]
        done = client.post(f"/issues/{fingerprint}/triage", json={"reason": "looked at it"})
        assert (done.status_code, done.json()["status"]) == (200, "triaged"), done.text
        again = client.post(f"/issues/{fingerprint}/triage", json={"reason": "looked at it"})
        assert (again.status_code, again.json()["type"]) == (409, "urn:assay:problem:refused")
        body = {"reason": "knows it", "assignee": "grace"}
        assert client.post(f"/issues/{fingerprint}/assign", json=body).json()["status"] == "in_progress"
        assert client.post(f"/issues/{fingerprint}/confirm", json={"reason": "x"}).status_code == 403
        town.until(lambda: client.get(f"/issues/{fingerprint}").json()["assigned_to"] == "grace")
        shown = client.get(f"/issues/{fingerprint}").json()
    assert [each["actor"] for each in shown["transitions"]] == ["operator", "operator"]
    key_id = town.keys["operator"].split("_")[2]
    mine = [(actor, action) for actor, action, target in audited(town.settings) if target == fingerprint]
    account = f"operator (key {key_id})"
    assert mine == [(account, "issues.triage"), (account, "issues.triage"), (account, "issues.assign")]


def test_a_change_that_is_asked_for_twice_is_made_once(town: Town) -> None:
    with town.client("operator") as client:
        fingerprint = one(client, "/issues", tenant="44")["fingerprint"]
        path, headers = f"/issues/{fingerprint}/acknowledge", {"Idempotency-Key": "once-44"}
        first = client.post(path, json={"reason": "mine"}, headers=headers)
        second = client.post(path, json={"reason": "mine"}, headers=headers)
        other = client.post(path, json={"reason": "another"}, headers=headers)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert other.status_code == 409
    mine = [action for _, action, target in audited(town.settings) if target == fingerprint]
    assert mine == ["issues.acknowledge"]


def test_a_contained_trace_is_opened_by_those_who_may_and_released(town: Town) -> None:
    """Promise 4: nobody sees it before the audit log says who and why."""
    with town.client() as admin, town.client("approver") as approver:
        found = one(admin, "/quarantine", code="security.pii_email")
        place = f"/quarantine/{found['origin']}"
        assert SECRET not in admin.get(place).text
        assert approver.post(f"{place}/open", json={"reason": "curious"}).status_code == 403
        opened = admin.post(f"{place}/open", json={"reason": "a customer asks"})
        assert SECRET in json.loads(opened.json()["value"])["steps"][0]["name"], opened.text
        assert admin.get(place.replace("/0/", "/1/") + "999").status_code == 404
        released = approver.post(f"{place}/release", json={"reason": "fixed"}).json()
        assert released["answered"] is True
    actions = [(action, target) for _, action, target in audited(town.settings)]
    assert ("quarantine.open", found["origin"]) in actions
    assert actions[-2:] == [("quarantine.release", released["job"]), ("replay.start", released["job"])]


def test_a_task_is_taken_looked_at_edited_and_completed(town: Town) -> None:
    """S0-141 … S0-155 over the API: the diff and the verdict come before anything is kept."""
    with town.client() as admin, town.client("approver") as approver, town.client("operator") as operator:
        task = next(each for each in admin.get("/tasks").json()["items"] if each["dead_letters"] == 5)
        path = f"/tasks/{task['fingerprint']}"
        assert operator.get(path).json()["instructions"].startswith("#")
        taken = operator.post(f"{path}/take", json={"reason": "on duty"})
        assert (taken.status_code, taken.json()["status"]) == (200, "in_progress"), taken.text
        noted = operator.post(f"{path}/note", json={"reason": "for the next", "text": "the importer"})
        assert noted.status_code == 200, noted.text

        patch = [{"op": "replace", "path": "/status", "value": "completed"}]
        assert operator.post(f"{path}/edit", json={"reason": "look"}).status_code == 403
        looked = admin.post(f"{path}/edit", json={"reason": "look"}).json()
        assert json.loads(looked["before"]["value"]) == BROKEN
        assert [each["path"] for each in looked["before"]["issues"] if each["blocking"]] == ["/status"]
        tried = admin.post(f"{path}/edit", json={"reason": "try", "patch": patch}).json()
        assert json.loads(tried["after"]["value"]) == FINE
        assert not [each for each in tried["after"]["issues"] if each["blocking"]]
        assert (tried["saved"], tried["plan"]["predicted"]) == (False, {"valid": 5})
        wrong = operator.post(f"{path}/edit", json={"reason": "x", "show": False, "patch": [{"op": "no"}]})
        assert wrong.status_code == 422
        dry = operator.post(f"{path}/complete", json={"reason": "x"}).json()
        assert dry["plan"]["decisions"]["would_fail"] == 5

        keep = {"reason": "it is right", "patch": patch, "dry_run": False, "show": False}
        kept = operator.post(f"{path}/edit", json=keep).json()
        assert (kept["saved"], kept["answered"], kept["before"]) == (True, True, None)
        final = {"reason": "done", "dry_run": False}
        assert operator.post(f"{path}/complete", json=final).status_code == 403
        done = approver.post(f"{path}/complete", json=final).json()
        assert (done["status"], done["plan"]["predicted"]) == ("completed", {"valid": 5})
        assert done["replay_job"]
        town.until(lambda: admin.get(path).json()["status"] == "completed")
    actions = [action for _, action, target in audited(town.settings) if action.startswith("task.")]
    assert actions == ["task.take", "task.note", "task.open", "task.open", "task.edit", "task.complete"]


def test_the_story_of_a_trace_is_told_by_id_and_by_place(town: Town) -> None:
    with town.client("viewer") as client:
        by_id = client.get("/traces/bad-43-1").json()
        source = by_id["tries"][0]["source"]
        by_place = client.get(f"/traces/{source}").json()
        assert client.get("/traces/nobody").status_code == 404
    assert by_id["tenants"] == ["43"]
    assert {each["what"] for each in by_id["story"]} >= {"published", "failed", "quarantined", "group"}
    assert by_place["tries"] == by_id["tries"]


def test_the_overview_counts_every_trace(town: Town) -> None:
    """S0-185 … S0-191."""
    with town.client("viewer") as client:
        found = town.until(
            lambda: (now := good(client.get("/overview")))["views"] == {"state": "ok", "behind": 0} and now
        )
    assert found["traces"] >= 30
    assert found["outcomes"]["quarantined"] >= 10
    assert found["severities"]["critical"] >= 10
    assert {each["tenant_id"] for each in found["top_tenants"]} >= {"42", "43", "44"}
    assert "leaky" not in json.dumps(found)
    assert found["recent_criticals"][0]["severity"] == "critical"
    assert found["lag"]["detector"] == 0
    assert found["views"]["state"] == "ok"
    assert len(found["rates"]) == 60


def test_a_tenant_sees_its_own_and_nothing_else(town: Town) -> None:
    """DESIGN 9: another tenant's ids are 404."""
    with town.client("tenant-43") as mine, town.client("tenant-44") as theirs, town.client() as admin:
        groups = mine.get("/issues").json()["items"]
        assert {each["tenant_id"] for group in groups for each in group["tenants"]} == {"43"}
        contained = mine.get("/quarantine").json()["items"]
        assert {each["tenant"] for each in contained} == {"43"}
        assert good(mine.get("/overview"))["top_tenants"] == [{"tenant_id": "43", "traces": 3, "failing": 3}]
        story = mine.get("/traces/bad-43-0").json()
        assert {each["tenant_id"] for each in story["tries"]} == {"43"}
        assert not {"audit", "group", "task"} & {each["what"] for each in story["story"]}
        for path in (
            f"/issues/{groups[0]['fingerprint']}",
            f"/quarantine/{contained[0]['origin']}",
            "/traces/bad-43-0",
            f"/traces/{story['tries'][0]['source']}",
        ):
            assert mine.get(path).status_code == 200
            assert theirs.get(path).status_code == 404
        for path in ("/tasks", "/audit-log"):
            assert mine.get(path).status_code == 403
        assert admin.get("/quarantine", params={"tenant": "43"}).json()["items"] == contained


def test_the_audit_log_is_read_in_pages_and_is_whole(town: Town) -> None:
    expected = audited(town.settings)
    with town.client("operator") as client:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = client.get("/audit-log", params={"limit": 2, **cursor}).json()
            found += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        verified = client.get("/audit-log/verification").json()
        some = client.get("/audit-log", params={"action": "issues"}).json()["items"]
    assert [each["target"] for each in reversed(found)] == [target for _, _, target in expected]
    assert [each["seq"] for each in found] == [*reversed(range(len(expected)))]
    assert (verified["ok"], verified["entries"]) == (True, len(expected))
    assert all(each["action"].startswith("issues.") for each in some)


def test_it_says_what_it_can_reach_and_ends_when_it_is_asked_to(town: Town, tmp_path: Any) -> None:
    """OPERATIONS 5.15: without views it is ready and degraded, without Kafka it is not ready."""
    assert httpx.get(f"{town.url}/ready").json() == {
        "ready": True,
        "kafka": "ok",
        "views": "ok",
        "open": False,
    }
    processes = Processes(town.settings, tmp_path / "serve.log")
    ports = free_port(), free_port()
    try:
        lonely = processes.launch(
            [*ASSAY, "serve"], serve_port=ports[0], redis_url="redis://127.0.0.1:1/0", home=tmp_path
        )
        nobody = processes.launch(
            [*ASSAY, "serve"], serve_port=ports[1], bootstrap_servers="127.0.0.1:1", home=tmp_path
        )
        degraded, down = (town.until(partial(_ready, port)) for port in ports)
        assert (degraded.status_code, degraded.json()["views"]) == (200, "degraded")
        assert (down.status_code, down.json()["kafka"]) == (503, "unavailable")
        unavailable = httpx.get(f"http://127.0.0.1:{ports[0]}/api/v1/issues")
        assert (unavailable.status_code, unavailable.json()["type"]) == (503, "urn:assay:problem:unavailable")
        overview = httpx.get(f"http://127.0.0.1:{ports[0]}/api/v1/overview").json()
        assert overview["views"]["state"] == "degraded"
        for process in (lonely, nobody):
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) in {0, -signal.SIGTERM}
    finally:
        processes.end()


def _ready(port: int) -> httpx.Response | None:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/ready", timeout=20)
    except httpx.TransportError:
        return None
