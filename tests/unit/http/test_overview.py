"""The overview: what the counters of the last minutes come to (S0-185 … S0-191, S0-203)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.api_keys.role import Role
from assay.agents.http.minutes import SETTLED_S
from assay.agents.http.testing import MemoryCounts
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.policy.drill_rules import DRILL_TENANT
from assay.pipeline.testing import FakeClock
from assay.pipeline.views import Add
from assay.pipeline.views.buckets import counter
from assay.pipeline.views.summary import Summary, summary_of, summed

from .conftest import NOW_NS, Keys, Served

NOW_S = NOW_NS // 10**9
MINUTE = NOW_S // 60 * 60
LANES = ("detector", "classifier", "auto_remediation")


def count(api: Served, at_s: int, numbers: Mapping[Any, int]) -> None:
    counts = {counter(*words): number for words, number in numbers.items()}
    api.views.images["counters"].take([Add(f"m:{at_s}", 2**40, counts)])


OF_ACME = {
    ("records", "detector", "acme", "valid", "passed"): 7,
    ("records", "detector", "acme", "invalid", "blocking_issues"): 3,
    ("records", "auto_remediation", "acme", "quarantined", "no_rule_applies"): 2,
    ("records", "auto_remediation", "acme", "remediated", "repaired"): 1,
    ("issues", "detector", "acme", "schema.required_missing", "critical"): 3,
}


async def test_traces_are_counted_once_and_each_end_of_theirs_too(open_api: Served) -> None:
    count(open_api, MINUTE, OF_ACME)
    count(open_api, MINUTE - 60, {("records", "detector", "umbrella", "valid", "passed"): 5})
    count(open_api, MINUTE - 60 * 60, {("records", "detector", "acme", "valid", "passed"): 1000})
    count(open_api, MINUTE, {("records", "detector", DRILL_TENANT, "invalid", "blocking_issues"): 9})
    async with open_api.client() as client:
        found = (await client.get("/api/v1/overview")).json()
    assert (found["traces"], found["failing"]) == (15, 3)
    assert found["outcomes"] == {"valid": 12, "remediated": 1, "quarantined": 2, "dead_lettered": 0}
    assert (found["severities"]["critical"], found["severities"]["low"]) == (3, 0)
    assert found["categories"]["schema"] == 3
    assert found["top_tenants"] == [
        {"tenant_id": "acme", "traces": 10, "failing": 3},
        {"tenant_id": "umbrella", "traces": 5, "failing": 0},
    ]
    assert [each["traces"] for each in found["rates"]] == [0] * 58 + [5, 10]
    assert found["rates"][-1]["at"] == "2026-01-02T03:04:00.000000000Z"


async def test_a_tenant_sees_its_own_numbers(api: Served, key: Keys) -> None:
    count(api, MINUTE, OF_ACME | {("records", "detector", "umbrella", "valid", "passed"): 50})
    async with api.client(key(Role.TENANT, tenant="acme")) as client:
        found = (await client.get("/api/v1/overview")).json()
    assert (found["traces"], found["failing"]) == (10, 3)
    assert [each["tenant_id"] for each in found["top_tenants"]] == ["acme"]
    assert (found["conservation"], found["lag"]) == (None, None)


async def test_what_is_kept_of_one_tenant_is_not_shown_to_another(api: Served, key: Keys) -> None:
    count(api, MINUTE, OF_ACME)
    for tenant, traces in (("acme", 10), ("umbrella", 0), ("", 10)):
        role = Role.TENANT if tenant else Role.VIEWER
        async with api.client(key(role, tenant=tenant)) as client:
            assert (await client.get("/api/v1/overview")).json()["traces"] == traces


async def test_minutes_that_grow_are_read_again(open_api: Served, clock: FakeClock) -> None:
    async with open_api.client() as client:

        async def traces() -> int:
            return int((await client.get("/api/v1/overview")).json()["traces"])

        count(open_api, MINUTE - 600, {("records", "detector", "a", "valid", "passed"): 1})
        assert await traces() == 1
        count(open_api, MINUTE - 600, {("records", "detector", "a", "valid", "passed"): 1})
        assert await traces() == 1
        clock.advance(SETTLED_S)
        assert await traces() == 2
        count(open_api, MINUTE, {("records", "detector", "a", "valid", "passed"): 1})
        clock.advance(1)
        assert await traces() == 3


@pytest.fixture
def asked(open_api: Served, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many buckets were read, at each time."""
    found: list[int] = []
    read = MemoryCounts.buckets

    async def buckets(self: MemoryCounts, names: Sequence[str]) -> list[dict[str, int]]:
        found.append(len(names))
        return await read(self, names)

    monkeypatch.setattr(MemoryCounts, "buckets", buckets)
    return found


async def test_many_who_look_at_the_same_time_cost_one_look(open_api: Served, asked: list[int]) -> None:
    async with open_api.client() as client:
        for _ in range(3):
            await client.get("/api/v1/overview")
    assert asked == [60]


async def test_minutes_of_the_past_are_not_all_read_anew_at_once(
    open_api: Served, clock: FakeClock, asked: list[int]
) -> None:
    """Nobody waits for a whole hour again because somebody looked half a minute ago."""
    async with open_api.client() as client:
        await client.get("/api/v1/overview")
        for _ in range(int(SETTLED_S)):
            clock.advance(1)
            await client.get("/api/v1/overview")
    assert asked[0] == 60
    assert max(asked[1:]) <= 10
    assert sum(asked[1:]) >= 58


async def test_where_traces_flow_the_health_of_the_data_path_is_told_by_the_last_minutes(
    open_api: Served, asked: list[int]
) -> None:
    count(open_api, MINUTE, OF_ACME)
    async with open_api.client() as client:
        found = (await client.get("/api/v1/data/health")).json()
    assert found["last_judged_at"] == "2026-01-02T03:04:00.000000000Z"
    assert asked == [2]


async def test_a_long_window_is_made_of_hours(open_api: Served) -> None:
    hour = NOW_S // 3600 * 3600
    counts = {counter("records", "detector", "a", "valid", "passed"): 4}
    open_api.views.images["counters"].take([Add(f"h:{hour}", 2**40, counts)])
    async with open_api.client() as client:
        found = (await client.get("/api/v1/overview", params={"minutes": 1440})).json()
    assert (found["traces"], len(found["rates"]), found["rates"][-1]["seconds"]) == (4, 24, 3600)


words = st.one_of(
    st.tuples(
        st.just("records"),
        st.sampled_from(LANES),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["valid", "invalid", "quarantined", "strange"]),
        st.just("why"),
    ),
    st.tuples(
        st.just("issues"),
        st.sampled_from(LANES),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["schema.required_missing", "strange.code"]),
        st.sampled_from(["critical", "low"]),
    ),
    st.tuples(st.just("bytes"), st.sampled_from(LANES)),
)
counts = st.dictionaries(words.map(lambda each: counter(*each)), st.integers(1, 9))


@given(st.lists(counts, max_size=4))
def test_the_sum_of_summaries_is_the_summary_of_the_sum(buckets: list[dict[str, int]]) -> None:
    whole = Counter[str]()
    for bucket in buckets:
        whole.update(bucket)
    assert summed(map(summary_of, buckets)) == summed([summary_of(whole)])


@given(counts)
def test_leaving_out_a_tenant_is_counting_the_others(bucket: dict[str, int]) -> None:
    others = {name: number for name, number in bucket.items() if '"a"' not in name}
    assert summary_of(bucket, "a") == summary_of(others)


def test_every_word_is_there_also_without_traces() -> None:
    assert set(summed([Summary()]).outcomes) == {each.value for each in Outcome}
