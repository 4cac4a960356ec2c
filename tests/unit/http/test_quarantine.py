"""Contained traces over the API (DESIGN 8, 9)."""

from typing import Any

import pytest

from assay.agents.api_keys.role import Role, Scope
from assay.pipeline.core import headers as names
from assay.pipeline.core.record import RawRecord
from assay.pipeline.views.quarantined import KEPT_MS, fold_quarantined

from .conftest import NOW_NS, Keys, Served

QUARANTINE = "/api/v1/quarantine"
NOW_MS = NOW_NS // 10**6


def put(api: Served, offset: int, tenant: str = "acme", *, at_ms: int = NOW_MS, code: str = "a.b") -> None:
    headers = [
        (names.SRC, f"traces.raw/0/{offset}".encode()),
        (names.TENANT, tenant.encode()),
        (names.SEVERITY, b"high"),
    ]
    value = b'{"trace_id": "t", "issues": [{"code": "%s"}]}' % code.encode()
    record = RawRecord("traces.quarantine", 0, offset, at_ms, b"k", value, headers)
    api.views.images["quarantine"].take(fold_quarantined([record]))


async def listed(api: Served, key: str = "", **asked: Any) -> list[int]:
    async with api.client(key) as client:
        answer = await client.get(QUARANTINE, params=asked)
    assert answer.status_code == 200, answer.text
    return [int(each["origin"].rpartition("/")[2]) for each in answer.json()["items"]]


async def test_contained_traces_are_found_by_what_they_are_and_when(open_api: Served) -> None:
    put(open_api, 1, at_ms=NOW_MS - 3_600_000)
    put(open_api, 2, "umbrella", code="c.d")
    put(open_api, 3)
    assert await listed(open_api) == [3, 2, 1]
    assert await listed(open_api, tenant="acme") == [3, 1]
    assert await listed(open_api, code="c.d") == [2]
    assert await listed(open_api, source="traces.raw/0/1") == [1]
    assert await listed(open_api, source="traces.raw/0/9") == []
    assert await listed(open_api, since="2026-01-02T03:00:00Z") == [3, 2]
    assert await listed(open_api, until="2026-01-02T03:00:00.5Z") == [1]
    assert await listed(open_api, severity="low") == []


async def test_what_is_past_its_time_is_not_there(open_api: Served) -> None:
    put(open_api, 1, at_ms=NOW_MS - KEPT_MS - 1)
    assert await listed(open_api) == []


async def test_a_day_that_there_is_not_is_no_time(open_api: Served) -> None:
    async with open_api.client() as client:
        for text in ("2026-02-30T00:00:00Z", "yesterday", "2026-01-01T00:00:00+01:00"):
            answer = await client.get(QUARANTINE, params={"since": text})
            assert (answer.status_code, answer.json()["errors"][0]["key"]) == (422, "since")


async def test_a_trace_is_shown_without_being_opened(open_api: Served) -> None:
    put(open_api, 1)
    async with open_api.client() as client:
        found = (await client.get(f"{QUARANTINE}/traces.raw/0/1")).json()
    assert (found["tenant"], found["codes"]) == ("acme", ["a.b"])
    assert found["expires_at"] == "2026-04-01T03:04:05.000000000Z"


@pytest.mark.parametrize(
    ("role", "scopes", "detail"),
    [
        (Role.TENANT, [], "role"),
        (Role.VIEWER, [], "role"),
        (Role.ADMIN, [Scope.ALL], "other parts"),
        (Role.ADMIN, [Scope.ALL, Scope.OPEN], "ASSAY_MAY_OPEN_TRACES"),
    ],
)
async def test_opening_needs_role_scope_and_a_machine_that_may(
    api: Served, key: Keys, role: Role, scopes: list[Scope], detail: str
) -> None:
    """Promise 4; nothing is on the audit log, for nothing was done."""
    put(api, 1)
    tenant = "acme" if role is Role.TENANT else ""
    async with api.client(key(role, *scopes, tenant=tenant)) as client:
        answer = await client.post(f"{QUARANTINE}/traces.raw/0/1/open", json={"reason": "curious"})
    assert answer.status_code == 403
    assert detail in answer.json()["detail"]
    assert api.noted == []


async def test_a_release_says_which_traces(open_api: Served) -> None:
    async with open_api.client() as client:
        nothing = await client.post(f"{QUARANTINE}/release", json={"reason": "all of them"})
        missing = await client.post(f"{QUARANTINE}/traces.raw/0/1/release", json={"reason": "why not"})
    assert (nothing.status_code, missing.status_code) == (422, 404)


async def test_a_tenant_sees_its_own(api: Served, key: Keys) -> None:
    put(api, 1)
    put(api, 2, "umbrella")
    mine = key(Role.TENANT, tenant="acme")
    assert await listed(api, mine) == [1]
    assert await listed(api, mine, tenant="umbrella") == []
    assert await listed(api, mine, source="traces.raw/0/2") == []
    async with api.client(mine) as client:
        other = await client.get(f"{QUARANTINE}/traces.raw/0/2")
        missing = await client.get(f"{QUARANTINE}/traces.raw/0/9")
    assert other.json() == missing.json()
    assert other.status_code == 404
