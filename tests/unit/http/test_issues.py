"""Issue groups over the API: lists, stories, and what nobody may see (S0-59 … S0-66, DESIGN 9)."""

from typing import Any

import orjson
import pytest

from assay.agents.api_keys.role import Role
from assay.pipeline.core.record import RawRecord
from assay.pipeline.views.states import GROUPS, fold_groups

from .conftest import Keys, Served, group

ISSUES = "/api/v1/issues"


def put(api: Served, *groups: Any) -> None:
    for each in groups:
        record = RawRecord("quality.issue_groups", 0, 0, 0, each["fingerprint"].encode(), orjson.dumps(each))
        api.views.images[GROUPS].take(fold_groups([record]))


def named(number: int) -> str:
    return f"{number:016x}"


async def test_a_list_is_given_in_pages_without_a_gap_or_a_repetition(open_api: Served) -> None:
    put(open_api, *(group(named(number)) for number in range(25)))
    found: list[str] = []
    cursor: str | None = ""
    async with open_api.client() as client:
        while cursor is not None:
            asked = {"limit": 10} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(ISSUES, params=asked)).json()
            found += [each["fingerprint"] for each in page["items"]]
            cursor = page["next_cursor"]
    assert found == [named(number) for number in reversed(range(25))]


async def test_filters_must_all_fit_and_words_of_one_are_alternatives(open_api: Served) -> None:
    put(
        open_api,
        group(named(1), status="resolved"),
        group(named(2), severity="low"),
        group(named(3), status="triaged", severity="high"),
        group(named(4)),
    )
    async with open_api.client() as client:

        async def found(**asked: Any) -> list[int]:
            page = (await client.get(ISSUES, params=asked)).json()
            return [int(each["fingerprint"], 16) for each in page["items"]]

        assert await found(open=True) == [4, 3, 2]
        assert await found(open=False) == [1]
        assert await found(severity=["critical", "high"], open=True) == [4, 3]
        assert await found(status=["resolved", "triaged"]) == [3, 1]
        assert await found(code="schema.other") == []


async def test_a_cursor_of_another_list_is_refused(open_api: Served) -> None:
    put(open_api, group(named(1)), group(named(2)))
    async with open_api.client() as client:
        cursor = (await client.get(ISSUES, params={"limit": 1})).json()["next_cursor"]
        for asked in (
            {"cursor": cursor, "open": True},
            {"cursor": "AAAA"},
            {"cursor": "é"},
            {"cursor": "W10"},
        ):
            answer = await client.get(ISSUES, params=asked)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["key"] == "cursor"


async def test_a_group_is_shown_with_its_story(open_api: Served) -> None:
    put(open_api, group(named(1), acknowledged={"by": "ada", "reason": "mine", "at": "x"}))
    async with open_api.client() as client:
        found = (await client.get(f"{ISSUES}/{named(1)}")).json()
        assert (await client.get(f"{ISSUES}/{named(2)}")).status_code == 404
    assert found["last_hour"] == 3
    assert found["acknowledged"] is True
    assert found["acknowledgement"]["by"] == "ada"
    assert found["per_minute"] == [{"at": "2026-01-02T03:04:00.000000000Z", "count": 3}]
    assert found["producers"][0]["name"] == "p"


async def test_a_tenant_sees_its_own_groups_and_not_what_people_say_of_them(api: Served, key: Keys) -> None:
    put(
        api,
        group(named(1), "acme", resolution_notes="asked their boss"),
        group(named(2), "umbrella"),
        group(named(3), "acme", tenants=[{"tenant_id": "acme"}, {"tenant_id": "umbrella"}]),
    )
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        page = (await client.get(ISSUES)).json()
        assert [each["fingerprint"] for each in page["items"]] == [named(1)]
        assert page["items"][0]["assigned_to"] == ""
        shown = (await client.get(f"{ISSUES}/{named(1)}")).json()
        assert (shown["resolution_notes"], shown["transitions"]) == ("", [])
        for other in (2, 3, 9):
            answer = await client.get(f"{ISSUES}/{named(other)}")
            assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such issue group")
        assert (await client.get(ISSUES, params={"tenant": "umbrella"})).json()["items"] == []


@pytest.mark.parametrize(
    ("role", "verb", "status"),
    [
        (Role.TENANT, "triage", 403),
        (Role.VIEWER, "triage", 403),
        (Role.OPERATOR, "triage", 404),
        (Role.OPERATOR, "confirm", 403),
        (Role.APPROVER, "confirm", 404),
        (Role.ADMIN, "ignore", 404),
    ],
)
async def test_who_may_tell_a_group_what(api: Served, key: Keys, role: Role, verb: str, status: int) -> None:
    tenant = "acme" if role is Role.TENANT else ""
    async with api.client(key(role, tenant=tenant)) as client:
        answer = await client.post(f"{ISSUES}/{named(1)}/{verb}", json={"reason": "because"})
    assert answer.status_code == status
    assert api.noted == []


@pytest.mark.parametrize(
    ("verb", "body", "key"),
    [
        ("triage", {}, "reason"),
        ("triage", {"reason": "   "}, "reason"),
        ("triage", {"reason": "x" * 501}, "reason"),
        ("triage", {"reason": "why", "because": 1}, "body"),
        ("assign", {"reason": "why"}, "assignee"),
        ("triage", ["reason"], "body"),
    ],
)
async def test_a_change_without_what_it_needs_is_not_valid(
    open_api: Served, verb: str, body: Any, key: str
) -> None:
    async with open_api.client() as client:
        answer = await client.post(f"{ISSUES}/{named(1)}/{verb}", json=body)
    assert answer.status_code == 422
    assert [each["key"] for each in answer.json()["errors"]] == [key]
