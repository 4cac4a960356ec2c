"""A change that is asked for twice is made once (OPERATIONS 7.1)."""

import asyncio
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, Response
from redis.exceptions import ConnectionError as RedisConnectionError

from assay.agents.api_keys.role import Role, Scope
from assay.agents.http.access import Asked, asking
from assay.agents.http.models.common import Change
from assay.agents.http.once import OnceOnly

from .conftest import Keys, Served

PATH = "/api/v1/counting"


class Counting:
    """A route that counts, and waits or fails when it is told to."""

    def __init__(self) -> None:
        self.count = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False
        router = APIRouter()
        operator = asking(Scope.ISSUES, Role.OPERATOR)

        @router.post(PATH)
        async def counting(
            asked: Annotated[Asked, Depends(operator)], once: OnceOnly, body: Change
        ) -> Response:
            async def work() -> tuple[int, Any]:
                await self.gate.wait()
                if self.fails:
                    raise RuntimeError
                self.count += 1
                return 201, {"count": self.count}

            return await once(asked, work)

        self.router = router


@pytest.fixture
async def counting(open_api: Served) -> Counting:
    counting = Counting()
    open_api.app.router.routes.extend(counting.router.routes)
    return counting


async def post(api: Served, once: str = "", reason: str = "why", key: str = "") -> httpx.Response:
    async with api.client(key) as client:
        headers = {"Idempotency-Key": once} if once else {}
        return await client.post(PATH, json={"reason": reason}, headers=headers)


async def test_the_second_answer_is_the_first(open_api: Served, counting: Counting) -> None:
    answers = [await post(open_api, "a"), await post(open_api, "a"), await post(open_api, "b")]
    assert [each.json()["count"] for each in answers] == [1, 1, 2]
    assert {each.status_code for each in answers} == {201}
    assert answers[1].headers["idempotency-replayed"] == "true"


async def test_without_a_key_it_is_done_each_time(open_api: Served, counting: Counting) -> None:
    assert [(await post(open_api)).json()["count"] for _ in range(2)] == [1, 2]


async def test_another_request_under_the_same_key_is_a_mistake(open_api: Served, counting: Counting) -> None:
    await post(open_api, "a")
    answer = await post(open_api, "a", reason="another")
    assert (answer.status_code, counting.count) == (409, 1)


async def test_while_it_is_being_done_it_is_not_done_again(open_api: Served, counting: Counting) -> None:
    counting.gate.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(post(open_api, "a"))
        while not open_api.redis.held:
            await asyncio.sleep(0)
        second = await post(open_api, "a")
        counting.gate.set()
    assert (second.status_code, second.headers["retry-after"]) == (409, "1")
    assert (first.result().json(), counting.count) == ({"count": 1}, 1)


async def test_what_failed_may_be_tried_again(open_api: Served, counting: Counting) -> None:
    counting.fails = True
    assert (await post(open_api, "a")).status_code == 500
    counting.fails = False
    assert (await post(open_api, "a")).json() == {"count": 1}


async def test_when_nobody_can_tell_nothing_is_done(
    open_api: Served, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise RedisConnectionError

    monkeypatch.setattr(open_api.redis, "set", away)
    assert (await post(open_api, "a")).status_code == 503
    assert counting.count == 0
    assert (await post(open_api)).status_code == 201


@pytest.mark.parametrize("key", ["a b", "é", "x" * 256])
async def test_a_key_is_visible_text(open_api: Served, counting: Counting, key: str) -> None:
    async with open_api.client() as client:
        headers = {b"Idempotency-Key": key.encode()}
        answer = await client.post(PATH, json={"reason": "x"}, headers=headers)
    assert answer.status_code == 422


async def test_keys_of_two_people_are_two(api: Served, key: Keys) -> None:
    counting = Counting()
    api.app.router.routes.extend(counting.router.routes)
    for name, number in (("ada", 1), ("grace", 2)):
        answer = await post(api, "a", key=key(Role.OPERATOR, name=name))
        assert answer.json() == {"count": number}
