"""Who is let in, and what is said to everybody else (DESIGN 9; issue 6, must show 7)."""

import asyncio
from collections import Counter

import httpx
import pytest
from fastapi.routing import APIRoute

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.key import Judgement
from assay.agents.api_keys.making import revoked
from assay.agents.api_keys.role import Role, Scope
from assay.agents.http.app import create_api
from assay.agents.http.door import Door
from assay.agents.http.guesses import MOST_ADDRESSES, MOST_WRONG, PER_S, Guesses
from assay.agents.http.problems import HttpProblem, Kind
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.testing import FakeClock

from .conftest import Keys, Served

ISSUES = "/api/v1/issues"


async def get(api: Served, key: str = "", path: str = ISSUES, **headers: str) -> httpx.Response:
    async with api.client(key, **headers) as client:
        return await client.get(path)


async def test_without_keys_the_api_is_open_to_this_machine_and_says_so(open_api: Served) -> None:
    assert (await get(open_api)).status_code == 200
    assert (await get(open_api, path="/health")).status_code == 200
    assert open_api.app.state.world.door.is_open


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "", "10.0.0.1:8400", "[::2]:8400"])
async def test_an_open_api_answers_to_names_of_this_machine_only(open_api: Served, host: str) -> None:
    """A page elsewhere cannot make its own name mean 127.0.0.1 and read what is here."""
    answer = await get(open_api, Host=host)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:assay:problem:other_site"


@pytest.mark.parametrize("host", ["localhost:8400", "127.0.0.1", "[::1]:8400", "127.0.0.2:1"])
async def test_it_answers_to_all_of_them(open_api: Served, host: str) -> None:
    assert (await get(open_api, Host=host)).status_code == 200


async def test_pages_of_other_sites_may_not_use_the_api(open_api: Served) -> None:
    assert (await get(open_api, Origin="https://example.org")).status_code == 403
    assert (await get(open_api, Origin="null")).status_code == 403
    assert (await get(open_api, Origin="http://127.0.0.1:8400")).status_code == 200


def test_it_does_not_start_elsewhere_without_keys(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="ASSAY_SERVE_HOST"):
        create_api(settings.model_copy(update={"serve_host": "0.0.0.0"}))


def test_it_starts_elsewhere_with_a_key(settings: Settings, key: Keys) -> None:
    key(Role.VIEWER)
    create_api(load_settings(home=settings.home, serve_host="192.0.2.1"))


async def test_a_key_is_taken_as_bearer_or_in_a_header_of_its_own(api: Served, key: Keys) -> None:
    viewer = key(Role.VIEWER)
    assert (await get(api, viewer)).status_code == 200
    assert (await get(api, **{"X-API-Key": viewer})).status_code == 200
    assert (await get(api, Authorization=f"Basic {viewer}")).status_code == 401


async def test_everybody_else_gets_a_problem_with_a_challenge(
    api: Served, key: Keys, clock: FakeClock, settings: Settings
) -> None:
    old, gone, other = (
        key(Role.VIEWER, days=1),
        key(Role.VIEWER, days=9),
        key(Role.VIEWER, Scope.GATE, days=9),
    )
    file = key_file(settings)
    gone_id = gone.split("_")[2]
    file.change(lambda keys: revoked(keys, keys[gone_id], rfc3339(clock.now_ns())))
    clock.advance(2 * 86_400)
    wrong = f"{other[:-4]}AAAA"
    found = {
        name: await get(api, key)
        for name, key in {"old": old, "gone": gone, "wrong": wrong, "none": ""}.items()
    }
    assert {name: each.status_code for name, each in found.items()} == dict.fromkeys(found, 401)
    for each in found.values():
        assert each.headers["www-authenticate"].startswith("Bearer")
        assert each.headers["content-type"] == "application/problem+json"
    assert "expired" in found["old"].json()["detail"]
    assert "revoked" in found["gone"].json()["detail"]
    answer = await get(api, other)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:assay:problem:not_allowed")


async def test_a_key_never_comes_back_in_an_answer(api: Served, key: Keys) -> None:
    other = key(Role.VIEWER, Scope.GATE)
    for presented in (other, f"{other[:-4]}AAAA", "nonsense-nonsense"):
        assert presented not in (await get(api, presented)).text


def test_ten_thousand_guesses_are_hardly_listened_to(settings: Settings, key: Keys, clock: FakeClock) -> None:
    """Of one address twenty a minute are looked at, and then none."""
    good = key(Role.VIEWER)
    told: list[Judgement] = []
    door = Door(key_file(settings), clock, told.append)
    problems = Counter[str]()
    for number in range(10_000):
        try:
            door.caller(f"{good[:-5]}{number:05}", "192.0.2.1")
        except HttpProblem as problem:
            problems[problem.kind] += 1
    assert problems == {Kind.KEY_REQUIRED: MOST_WRONG, Kind.TOO_MANY: 10_000 - MOST_WRONG}
    assert told == [Judgement.WRONG] * MOST_WRONG
    assert door.caller(good, "198.51.100.1").name == "viewer"


async def test_an_address_that_guessed_waits_and_is_then_let_in(
    api: Served, key: Keys, clock: FakeClock
) -> None:
    good = key(Role.VIEWER)
    for _ in range(MOST_WRONG):
        assert (await get(api, f"{good[:-4]}AAAA")).status_code == 401
    refused = await get(api, good)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:assay:problem:too_many_requests")
    clock.advance(float(refused.headers["retry-after"]))
    assert (await get(api, good)).status_code == 200


def test_guesses_of_one_network_count_together_and_those_of_others_do_not() -> None:
    guesses = Guesses()
    for number in range(MOST_WRONG):
        guesses.was_wrong(f"2001:db8::{number:x}", 0)
    assert guesses.wait_s("2001:db8::ffff", 0) > 0
    assert guesses.wait_s("2001:db8:0:1::1", 0) == 0
    assert guesses.wait_s("2001:db8::1", PER_S) == 0


def test_addresses_without_end_cost_no_memory_without_end() -> None:
    guesses = Guesses()
    for number in range(MOST_ADDRESSES + 100):
        guesses.was_wrong(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", number)
    assert len(guesses._wrong) == MOST_ADDRESSES


def test_every_route_of_the_api_asks_who_it_is(settings: Settings) -> None:
    api = create_api(settings)
    routes = [each for each in api.routes if isinstance(each, APIRoute) and each.path.startswith("/api/")]
    assert routes
    for route in routes:
        asks = [each for each in route.dependant.dependencies if hasattr(each.call, "assay_part")]
        assert len(asks) == 1, route.path


async def test_every_operation_that_is_described_needs_a_key(api: Served) -> None:
    """The same from outside: 401 for all of them, whatever the request."""
    async with api.client() as client:
        document = (await client.get("/openapi.json")).json()
        asked = [
            (method.upper(), path.replace("{", "").replace("}", ""))
            for path, operations in document["paths"].items()
            if path.startswith("/api/")
            for method in operations
        ]
        answers = await asyncio.gather(*(client.request(method, path) for method, path in asked))
    assert {each.status_code for each in answers} == {401}


async def test_health_is_for_everybody(api: Served) -> None:
    assert (await get(api, path="/health")).json() == {"status": "ok"}
    metrics = (await get(api, path="/metrics")).text
    assert 'api_keys_refused_total{why="wrong"} 0.0' in metrics
