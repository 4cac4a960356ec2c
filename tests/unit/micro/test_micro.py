"""The whole pipeline in memory: each trace has one outcome, and the answer says which."""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from assay.agents.micro import MicroPipeline
from assay.agents.micro.api import create_micro_api
from assay.agents.micro.outcomes import Outcomes
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.flow import Judge
from assay.pipeline.generate import generate
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.testing import FakeClock, clean_trace
from assay.sdk import load_policies

ADDRESS = "jane.doe@example.org"
Client = httpx.AsyncClient


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_policies()


@pytest.fixture
async def client(bundle: Bundle) -> AsyncIterator[Client]:
    api = create_micro_api(bundle, FakeClock())
    async with (
        api.router.lifespan_context(api),
        Client(transport=httpx.ASGITransport(api), base_url="http://localhost") as client,
    ):
        yield client


@pytest.fixture
def good() -> dict[str, Any]:
    return clean_trace()


def leaking() -> dict[str, Any]:
    trace = clean_trace()
    trace["inputs"]["note"] = ADDRESS
    return trace


def repairable() -> dict[str, Any]:
    trace = clean_trace()
    del trace["trace_type"]
    return trace


async def test_every_trace_has_one_outcome(bundle: Bundle) -> None:
    """Promise 1, in memory: no trace is lost, none ends twice, and the detectors' word is kept."""
    made = list(generate(5, 400, tenants=3, fault_share=0.4, now_ns=time.time_ns()))
    async with MicroPipeline(bundle) as pipeline:
        outcomes = Outcomes(pipeline)
        for each in made:
            pipeline.publish(each.value, key=each.key, headers=each.headers)
        await pipeline.settled()
        ended = outcomes.all()

        assert set(ended) == {f"traces.raw/0/{offset}" for offset in range(len(made))}
        ends = Counter(
            dict(record.headers)["assay-src"]
            for role in (
                TopicRole.VALID,
                TopicRole.REMEDIATED,
                TopicRole.QUARANTINE,
                TopicRole.DEAD_LETTER,
            )
            for record in pipeline.visible(role)
        )
        assert set(ends.values()) == {1}
        judge = Judge(bundle)
        for record in pipeline.visible(TopicRole.RAW):
            blocks = judge(record, record.timestamp * 1_000_000).blocking
            assert (ended[f"traces.raw/0/{record.offset}"].outcome != "valid") is blocks


async def test_a_trace_comes_back_with_its_outcome(client: Client, good: dict[str, Any]) -> None:
    answer = await client.post("/api/v1/traces", json=good)

    assert answer.status_code == 200
    (item,) = answer.json()["items"]
    assert (item["outcome"], item["reason"], item["tenant"]) == ("valid", "passed", "42")
    assert item["source"] == "traces.raw/0/0"


async def test_what_fails_says_why_and_what_was_done(client: Client) -> None:
    answer = await client.post("/api/v1/traces", json={"traces": [leaking(), repairable()]})

    contained, repaired = answer.json()["items"]
    assert (contained["outcome"], contained["severity"]) == ("quarantined", "critical")
    assert [issue["code"] for issue in contained["issues"]] == ["security.pii_email"]
    assert ADDRESS not in answer.text
    assert repaired["outcome"] == "remediated"
    assert repaired["rules"] == ["missing_required_fields@1"]
    assert "schema.required_missing" in [issue["code"] for issue in repaired["issues"]]


async def test_outcomes_are_listed_page_by_page(client: Client, good: dict[str, Any]) -> None:
    traces = [good, leaking(), good, leaking(), leaking()]
    await client.post("/api/v1/traces", json={"traces": traces})

    found: list[str] = []
    parameters: dict[str, Any] = {"outcome": "quarantined", "code": "security.pii_email", "limit": 2}
    while True:
        page = (await client.get("/api/v1/outcomes", params=parameters)).json()
        found += [item["source"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        parameters["cursor"] = page["next_cursor"]

    assert sorted(found) == ["traces.raw/0/1", "traces.raw/0/3", "traces.raw/0/4"]
    one = await client.get(f"/api/v1/outcomes/{found[0]}")
    assert one.json()["source"] == found[0]
    assert (await client.get("/api/v1/outcomes/traces.raw/0/99")).status_code == 404


async def test_the_summary_accounts_for_everything(client: Client, good: dict[str, Any]) -> None:
    await client.post("/api/v1/traces?wait_s=0", json={"traces": [good, leaking(), repairable()]})

    summary = (await client.get("/api/v1/summary")).json()

    assert (summary["published"], summary["in_flight"]) == (3, 0)
    assert summary["outcomes"] == {"valid": 1, "remediated": 1, "quarantined": 1, "dead_lettered": 0}
    assert summary["codes"]["security.pii_email"] == 1


async def test_problems_become_groups_and_dead_letters_tasks(client: Client) -> None:
    await client.post("/api/v1/traces", content=b'{"broken', headers={"content-type": "application/json"})
    await client.post("/api/v1/traces", json={"traces": [leaking(), leaking()]})

    groups = (await client.get("/api/v1/issues")).json()["items"]
    tasks = (await client.get("/api/v1/tasks")).json()["items"]

    assert {group["code"]: group["count"] for group in groups} == {
        "corrupt.json_malformed": 1,
        "security.pii_email": 2,
    }
    assert len(tasks) == 1


async def test_a_reset_forgets_everything(client: Client, good: dict[str, Any]) -> None:
    await client.post("/api/v1/traces", json=good)

    assert (await client.delete("/api/v1/traces")).status_code == 204

    assert (await client.get("/api/v1/summary")).json()["published"] == 0
    again = await client.post("/api/v1/traces", json=good)
    assert again.json()["items"][0]["source"] == "traces.raw/0/0"


async def test_the_gate_is_there_too(client: Client) -> None:
    answer = await client.post("/api/v1/gate/validate?detail=codes", json=leaking())

    assert answer.json()["blocking"] == ["security.pii_email"]
    assert (await client.get("/api/v1/summary")).json()["published"] == 0


async def test_nobody_waits_for_ever(client: Client, good: dict[str, Any]) -> None:
    answer = await client.post("/api/v1/traces?wait_s=0", json=good)

    assert answer.status_code in {200, 202}
    assert answer.json()["items"][0]["source"] == "traces.raw/0/0"
    assert (await client.get("/api/v1/summary?wait_s=61")).status_code == 422


async def test_what_is_no_list_of_traces_is_a_problem(client: Client) -> None:
    answer = await client.post("/api/v1/traces", content=b'{"traces":[{]}')

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["key"] == "traces/0"
    assert (await client.get("/api/v1/summary")).json()["published"] == 0


async def test_a_body_that_is_too_large_is_a_problem(client: Client) -> None:
    answer = await client.post("/api/v1/traces", content=b" " * 10_485_761)

    assert answer.status_code == 413


async def test_it_answers_to_names_of_this_machine_only(client: Client) -> None:
    answer = await client.get("/health", headers={"host": "example.org"})

    assert answer.status_code == 400


async def test_bytes_are_published_as_they_came(bundle: Bundle) -> None:
    """Promise 2: the valid trace is the very one."""
    value = json.dumps(clean_trace(), indent=3).encode()
    async with MicroPipeline(bundle) as pipeline:
        pipeline.publish(value, key=b"k", headers=[("a", b"b")])
        await pipeline.settled()
        (valid,) = pipeline.visible(TopicRole.VALID)

    assert (valid.key, valid.value) == (b"k", value)
    assert ("a", b"b") in valid.headers
