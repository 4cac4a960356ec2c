"""What the overview says of people's work, and who somebody is (S0-189, S0-191)."""

from typing import Any

import orjson
import pytest

from assay.agents.api_keys.role import Role, Scope
from assay.agents.http.people_side import FRESH_S, MOST_CRITICALS, SLOW_S
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.testing import FakeClock
from assay.pipeline.views import ALL, Put

from .conftest import NOW_NS, Keys, Served

OVERVIEW = "/api/v1/overview"


def put(api: Served, view: str, collection: str, name: str, document: dict[str, Any], **weights: int) -> None:
    indexes = [ALL, *(f"{key}={document[key]}" for key in ("status", "tenant", "open") if key in document)]
    value = orjson.dumps(document).decode()
    api.views.images[view].take(
        [Put(collection, name, len(api.views.images[view].documents), indexes, weights, value)]
    )


def problem(api: Served, fingerprint: str, status: str, tenant: str = "acme", **more: Any) -> None:
    tenants = [{"tenant_id": tenant, "count": 1}]
    document = {
        "fingerprint": fingerprint,
        "status": status,
        "tenant": tenant,
        "tenants": tenants,
        "category": "schema",
        "transitions": [],
    }
    put(api, "groups", "groups", fingerprint, document | more)


def critical(api: Served, number: int, fingerprint: str, tenant: str = "acme") -> None:
    put(
        api,
        "criticals",
        "issues",
        f"c{number}",
        {"fingerprint": fingerprint, "tenant": tenant, "severity": "critical"},
    )


async def overview(api: Served, key: str = "") -> dict[str, Any]:
    async with api.client(key) as client:
        found: dict[str, Any] = (await client.get(OVERVIEW)).json()
    return found


async def test_criticals_of_problems_that_ended_are_not_shown(open_api: Served) -> None:
    """status != resolved, at most 50 (S0-191)."""
    for fingerprint, status in (("a", "detected"), ("b", "resolved"), ("c", "in_progress"), ("d", "ignored")):
        problem(open_api, fingerprint, status)
        critical(open_api, ord(fingerprint), fingerprint)
    critical(open_api, 1, "new")
    found = await overview(open_api)
    shown = {each["fingerprint"]: each["status"] for each in found["recent_criticals"]}
    assert shown == {"a": "detected", "c": "in_progress", "new": "detected"}


async def test_there_are_no_more_than_fifty(open_api: Served) -> None:
    problem(open_api, "a", "detected")
    for number in range(MOST_CRITICALS + 10):
        critical(open_api, number, "a")
    assert len((await overview(open_api))["recent_criticals"]) == MOST_CRITICALS


async def test_what_waits_for_people_is_counted(open_api: Served) -> None:
    put(
        open_api,
        "quarantine",
        "traces",
        "t/0/1",
        {"tenant": "acme"},
        **{"records=acme": 1, "bytes=acme": 900},
    )
    put(open_api, "quarantine", "traces", "t/0/2", {"tenant": "b"}, **{"records=b": 1, "bytes=b": 100})
    put(open_api, "tasks", "tasks", "f", {"open": "true"}, **{"open=true": 1})
    found = await overview(open_api)
    assert (found["contained"], found["open_tasks"]) == ({"traces": 2, "bytes": 1000}, 1)


async def test_times_of_resolution_are_of_problems_that_were_resolved(
    open_api: Served, clock: FakeClock
) -> None:
    """They are read again after a while: many look at the same ones (S0-189)."""
    assert (await overview(open_api))["resolution"]["resolved"] == 0
    change = {
        "became": "resolved",
        "cause": "q/0/1",
        "severity": "high",
        "opened_at": rfc3339(NOW_NS),
        "at": rfc3339(NOW_NS + 400 * 10**9),
    }
    problem(open_api, "a", "resolved", transitions=[change])
    assert (await overview(open_api))["resolution"]["resolved"] == 0
    clock.advance(SLOW_S)
    found = (await overview(open_api))["resolution"]
    assert (found["resolved"], found["p95_s"]) == (1, 400)
    assert found["buckets"][1] == {"le_s": 900, "count": 1}


async def test_a_tenant_sees_its_own_side_only(api: Served, key: Keys, clock: FakeClock) -> None:
    """Not another's criticals and contained traces, and nothing of what people do."""
    for number, tenant in enumerate(("acme", "umbrella")):
        problem(api, f"f{number}", "detected", tenant)
        critical(api, number, f"f{number}", tenant)
        put(
            api,
            "quarantine",
            "traces",
            f"t/0/{number}",
            {"tenant": tenant},
            **{f"records={tenant}": 1, f"bytes={tenant}": 9},
        )
    for viewer in (key(Role.VIEWER), key(Role.TENANT, tenant="acme")):
        found = await overview(api, viewer)
        clock.advance(FRESH_S / 2)
    assert [each["fingerprint"] for each in found["recent_criticals"]] == ["f0"]
    assert found["contained"] == {"traces": 1, "bytes": 9}
    assert (found["open_tasks"], found["resolution"]) == (None, None)


@pytest.mark.parametrize(
    ("role", "scopes", "may_open"),
    [
        (Role.OPERATOR, [Scope.ALL, Scope.OPEN], True),
        (Role.OPERATOR, [Scope.ALL], False),
        (Role.VIEWER, [Scope.ALL, Scope.OPEN], False),
    ],
)
async def test_whoever_asks_is_told_who_that_is(
    api: Served, key: Keys, role: Role, scopes: list[Scope], *, may_open: bool
) -> None:
    """And whether sealed traces would be opened, which this machine must allow as well."""
    allowed = api.settings.model_copy(update={"may_open_traces": True})
    async with api.client(key(role, *scopes)) as client:
        refused = (await client.get("/api/v1/me")).json()
        api.app.state.world.settings = allowed
        found = (await client.get("/api/v1/me")).json()
    assert (found["role"], set(found["scopes"])) == (role, set(scopes))
    assert (refused["may_open"], found["may_open"]) == (False, may_open)
