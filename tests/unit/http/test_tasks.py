"""Manual tasks over the API: lists and stories (S0-141 … S0-155)."""

from typing import Any

import orjson
import pytest

from assay.agents.api_keys.role import Role
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import RawRecord
from assay.pipeline.policy.task_rules import Priority
from assay.pipeline.tasks import Status, Task, to_json
from assay.pipeline.tasks.task import DeadLetters
from assay.pipeline.views.states import fold_tasks

from .conftest import Keys, Served

TASKS = "/api/v1/tasks"
AT = "2026-01-02T03:04:00.000000000Z"


def put(api: Served, number: int, **members: Any) -> None:
    given: dict[str, Any] = {
        "fingerprint": f"{number:016x}",
        "episode": 1,
        "status": Status.PENDING,
        "task_type": "schema",
        "priority": Priority.P0,
        "severity": Severity.CRITICAL,
        "tenant_id": "acme",
        "subject": "workflow_trace",
        "trace_id": "t",
        "team": "platform_engineering",
        "assigned_to": "platform_engineering",
        "created_at": AT,
        "updated_at": AT,
        "instructions": "# Look",
        "dead_letters": DeadLetters(5, ("traces.raw/0/1",), AT, AT),
    }
    task = Task(**given | members)
    record = RawRecord("quality.tasks", 0, 0, 0, task.fingerprint.encode(), to_json(task))
    api.views.images["tasks"].take(fold_tasks([record]))


async def test_tasks_are_found_by_what_they_are_and_whose(open_api: Served) -> None:
    put(open_api, 1, status=Status.COMPLETED)
    put(open_api, 2, priority=Priority.P1, assigned_to="ada")
    put(open_api, 3, team="security_team")
    async with open_api.client() as client:

        async def found(**asked: Any) -> list[int]:
            page = (await client.get(TASKS, params=asked)).json()
            return [int(each["fingerprint"], 16) for each in page["items"]]

        assert await found() == [3, 2, 1]
        assert await found(open=True) == [3, 2]
        assert await found(priority="P1") == [2]
        assert await found(assignee="ada") == [2]
        assert await found(team="security_team", status="pending") == [3]


async def test_a_sealed_edit_is_named_and_not_shown(open_api: Served) -> None:
    put(
        open_api,
        1,
        edit={"kind": "patch", "sealed": {"ciphertext": "c2VjcmV0"}, "aad": "x", "tenant": "acme"},
    )
    async with open_api.client() as client:
        shown = await client.get(f"{TASKS}/{1:016x}")
    assert shown.json()["edit"] == {"kind": "patch", "rule": ""}
    assert shown.json()["dead_letters"] == 5
    assert "c2VjcmV0" not in shown.text


@pytest.mark.parametrize(
    ("role", "verb", "body", "status"),
    [
        (Role.VIEWER, "take", {}, 403),
        (Role.OPERATOR, "complete", {"dry_run": False}, 403),
        (Role.OPERATOR, "edit", {}, 403),
        (Role.OPERATOR, "edit", {"rule": "x", "patch": [{"op": "test"}]}, 422),
        (Role.OPERATOR, "edit", {"dry_run": False, "show": False}, 403),
        (Role.OPERATOR, "note", {}, 422),
    ],
)
async def test_who_may_do_what_with_a_task(
    api: Served, key: Keys, role: Role, verb: str, body: dict[str, Any], status: int
) -> None:
    async with api.client(key(role)) as client:
        answer = await client.post(
            f"{TASKS}/{1:016x}/{verb}",
            content=orjson.dumps(body | {"reason": "x"}),
            headers={"content-type": "application/json"},
        )
    assert answer.status_code == status, answer.text
    assert api.noted == []


async def test_tasks_are_nothing_for_tenants(api: Served, key: Keys) -> None:
    put(api, 1)
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        assert (await client.get(TASKS)).status_code == 403
