"""What surrounds every request: sizes, headers, errors that say nothing of what came in (promise 4)."""

import logging
from collections.abc import AsyncIterator

import pytest
from fastapi import Request

from assay.agents.http.shield import MOST_BODY
from assay.agents.settings import Settings
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.testing import FakeClock

from .conftest import Served, served

SECRET = "4111-1111-1111-1111"
PATH = f"/api/v1/issues/{1:016x}/triage"


async def test_every_answer_forbids_what_the_page_does_not_need(open_api: Served) -> None:
    async with open_api.client() as client:
        for path in ("/health", "/api/v1/issues", "/nowhere"):
            headers = (await client.get(path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
        assert (await client.get("/api/v1/issues")).headers["cache-control"] == "no-store"


async def test_a_body_that_is_too_large_is_not_read(open_api: Served) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(MOST_BODY // 1000 + 2):
            yield b" " * 1000

    async with open_api.client() as client:
        said = await client.post(PATH, content=b" " * (MOST_BODY + 1))
        unsaid = await client.post(PATH, content=flood(), headers={"content-type": "application/json"})
    assert (said.status_code, unsaid.status_code) == (413, 413)


async def test_a_form_of_another_site_is_no_json(open_api: Served) -> None:
    """What a page can send without asking first is not taken, even where no key is needed."""
    async with open_api.client() as client:
        answer = await client.post(PATH, content=b'{"reason": "x"}', headers={"content-type": "text/plain"})
    assert answer.status_code == 422


async def test_no_error_says_what_came_in(open_api: Served) -> None:
    async with open_api.client() as client:
        answers = [
            await client.post(PATH, json={"reason": {"card": SECRET}}),
            await client.post(PATH, json={"reason": "x", SECRET: SECRET}),
            await client.post(PATH, content=SECRET.encode(), headers={"content-type": "application/json"}),
            await client.get("/api/v1/issues", params={"severity": SECRET}),
            await client.get(f"/api/v1/issues/{SECRET}"),
            await client.get(f"/{SECRET}"),
        ]
    assert {each.status_code for each in answers} == {422, 404}
    for each in answers:
        assert each.headers["content-type"] == "application/problem+json"
        assert SECRET not in each.text


async def test_a_bug_is_a_problem_without_the_text_of_the_exception(
    settings: Settings, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(settings, clock) as api:

        @api.app.get("/bug")
        async def bug(_request: Request) -> None:
            raise RuntimeError(SECRET)

        @api.app.get("/away")
        async def away(_request: Request) -> None:
            raise DependencyUnavailableError("Redis does not take it (LOADING)")

        with caplog.at_level(logging.ERROR):
            async with api.client() as client:
                found, waits = await client.get("/bug"), await client.get("/away")
    assert (found.status_code, found.json()["type"]) == (500, "urn:assay:problem:internal")
    assert SECRET not in found.text
    assert "a request failed: GET /bug" in caplog.text
    assert (waits.status_code, waits.headers["retry-after"]) == (503, "5")


async def test_requests_are_counted_by_pattern_never_by_id(open_api: Served) -> None:
    async with open_api.client() as client:
        await client.get(f"/api/v1/issues/{7:016x}")
        await client.get(f"/{SECRET}")
        await client.request("BREW", "/health")
        text = (await client.get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/api/v1/issues/{fingerprint}",status="404"} 1.0' in text
    assert 'route="none"' in text
    assert 'method="other"' in text
    assert SECRET not in text
