"""``/rules`` over HTTP: what rules there are, how much they are trusted, what they would do (S0-124 … S0-144)."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from assay.agents.api_keys.role import Role, Scope
from assay.agents.http import raw_traces, standings
from assay.agents.http.routes import rules as route
from assay.agents.receipt_list import Found, Receipts
from assay.agents.receipts import Noted
from assay.agents.rule_trust import RuleTrust
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.document import MISSING, Json
from assay.pipeline.core.record import RawRecord
from assay.pipeline.dispose import Effect
from assay.pipeline.testing import changed, clean_trace
from assay.pipeline.views import Add
from assay.pipeline.views.buckets import counter, hour_bucket

from .conftest import NOW_NS, Keys, Served

RULE = "missing_required_fields"
SOURCE = "traces.raw/2/17"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, policy_source="directory", may_open_traces=True)


@pytest.fixture(autouse=True)
def trust(monkeypatch: pytest.MonkeyPatch) -> RuleTrust:
    found = RuleTrust()

    async def standing(_settings: Settings, bundle: Any) -> RuleTrust:
        found.use(bundle)
        return found

    monkeypatch.setattr(standings, "rule_standing", standing)
    return found


def broken() -> Any:
    return changed(clean_trace(), {"/trace_type": MISSING})


async def test_rules_are_listed_in_their_order_with_how_well_they_do(
    api: Served, key: Keys, trust: RuleTrust
) -> None:
    hour = hour_bucket(NOW_NS // 10**9)
    async with api.client(key(Role.VIEWER)) as client:
        rows = (await client.get("/api/v1/rules")).json()["items"]
        row = next(each for each in rows if each["rule"] == RULE)
        rule_id = f"{RULE}@{row['version']}"
        for number in range(60):
            trust.take(Noted(str(number), rule_id, Effect.MISSED, "acme", "p", "1"), NOW_NS)
        api.views.images["rules"].take(
            [
                Add(
                    hour,
                    2**40,
                    {
                        counter("rule", *rule_id.split("@"), "fixed"): 7,
                        counter("rule", *rule_id.split("@"), "missed"): 1,
                    },
                )
            ]
        )
        row = (await client.get(f"/api/v1/rules/{RULE}")).json()
    assert [each["order"] for each in rows] == sorted(each["order"] for each in rows)
    assert row["rate"]["tries"] == 8
    assert row["rate"]["succeeded"] == 7
    assert row["rate"]["open"] is False
    assert row["rate"]["ratio"] < row["rate"]["gate"] == 0.95
    assert row["document"]["name"] == RULE


async def test_a_rule_that_is_not_there_is_not_found(api: Served, key: Keys) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        for path in ("nobody", "nobody/receipts"):
            assert (await client.get(f"/api/v1/rules/{path}")).status_code == 404
        assert (await client.post("/api/v1/rules/nobody/preview", json={"trace": {}})).status_code == 404


async def test_tenants_are_not_shown_rules(api: Served, key: Keys) -> None:
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        assert (await client.get("/api/v1/rules")).status_code == 403


async def test_a_preview_shows_patch_and_verdicts_of_a_trace_that_somebody_gives(
    api: Served, key: Keys
) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        found = (await client.post(f"/api/v1/rules/{RULE}/preview", json={"trace": broken()})).json()
    assert [(each["code"], each["path"]) for each in found["before"]] == [
        ("schema.required_missing", "/trace_type")
    ]
    assert found["after"] == []
    assert found["outcome"] == "remediated"
    assert [each["path"] for each in found["patch"]] == ["/trace_type", "/remediation"]
    assert [each["op"] for each in found["inverse"]] == ["remove", "remove"]
    assert "trace_type" in found["document"]["after"]
    assert "trace_type" not in found["document"]["before"]
    assert api.noted == []


async def test_a_preview_needs_one_trace(api: Served, key: Keys) -> None:
    async with api.client(key(Role.VIEWER)) as client:
        for body in ({}, {"trace": {}, "text": "{}"}, {"source": SOURCE, "text": "{}"}):
            assert (await client.post(f"/api/v1/rules/{RULE}/preview", json=body)).status_code == 422


async def test_a_trace_as_text_keeps_its_bytes(api: Served, key: Keys) -> None:
    text = '{"a": 1, "a": 2}'
    async with api.client(key(Role.VIEWER)) as client:
        found = (await client.post(f"/api/v1/rules/{RULE}/preview", json={"text": text})).json()
    assert [each["code"] for each in found["before"]] == ["corrupt.duplicate_key"]


@pytest.fixture
def raw(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Raw records that can be read; which were."""
    read: list[str] = []

    def one(_settings: Settings, source: Any) -> RawRecord | None:
        read.append(str(source))
        if str(source) != SOURCE:
            return None
        return RawRecord(source.topic, source.partition, source.offset, 0, None, orjson.dumps(broken()), ())

    monkeypatch.setattr(raw_traces, "_read", one)
    return read


async def test_opening_a_raw_record_is_noted_before_it_is_read(
    api: Served, key: Keys, raw: list[str]
) -> None:
    """DESIGN 9."""
    body = {"source": SOURCE, "reason": "what would it do"}
    async with api.client(key(Role.OPERATOR, Scope.ALL, Scope.OPEN)) as client:
        found = await client.post(f"/api/v1/rules/{RULE}/preview", json=body)
    assert found.status_code == 200
    assert found.json()["outcome"] == "remediated"
    assert [(act.action, act.target, act.reason) for act in api.noted] == [
        ("trace.open", SOURCE, "what would it do")
    ]


@pytest.mark.parametrize(
    ("role", "scopes", "body", "status"),
    [
        (Role.VIEWER, (Scope.ALL, Scope.OPEN), {"source": SOURCE, "reason": "why"}, 403),
        (Role.OPERATOR, (Scope.ALL,), {"source": SOURCE, "reason": "why"}, 403),
        (Role.OPERATOR, (Scope.ALL, Scope.OPEN), {"source": SOURCE}, 422),
        (Role.OPERATOR, (Scope.ALL, Scope.OPEN), {"source": "nowhere", "reason": "why"}, 422),
        (Role.OPERATOR, (Scope.ALL, Scope.OPEN), {"source": "quality.audit/0/1", "reason": "why"}, 404),
    ],
)
async def test_nobody_opens_what_he_may_not(
    api: Served, key: Keys, raw: list[str], role: Role, scopes: tuple[Scope, ...], body: Any, status: int
) -> None:
    async with api.client(key(role, *scopes)) as client:
        found = await client.post(f"/api/v1/rules/{RULE}/preview", json=body)
    assert found.status_code == status
    assert api.noted == []
    assert raw == []


async def test_receipts_come_in_pages_the_last_first(
    api: Served, key: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(_settings: Settings, wanted: Any) -> Receipts:
        assert wanted.rule == RULE
        ats = [f"2026-01-02T03:0{number}:00.000000000Z" for number in range(3)]
        documents: list[dict[str, Json]] = [
            {"repair_id": str(n), "number": 0, "rule": RULE, "sealed": "x", "at": at}
            for n, at in enumerate(ats)
        ]
        return Receipts(
            [Found(each, f"{RULE}@1", SOURCE, str(each["at"])) for each in documents], {("1", f"{RULE}@1")}
        )

    monkeypatch.setattr(route, "look_up", look_up)
    async with api.client(key(Role.VIEWER)) as client:
        path = f"/api/v1/rules/{RULE}/receipts?limit=2"
        first = (await client.get(path)).json()
        second = (await client.get(f"{path}&cursor={first['next_cursor']}")).json()
    assert [each["repair_id"] for each in first["items"] + second["items"]] == ["2", "1", "0"]
    assert [each["retracted"] for each in first["items"]] == [False, True]
    assert second["next_cursor"] is None
    assert all("sealed" not in each for each in first["items"])
