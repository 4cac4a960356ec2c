"""``Idempotency-Key``: a change that is asked for twice is made once, and answered the same."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import Depends, Header, Query, Request, Response

from assay.agents.settings import Settings
from assay.agents.stores.redis_client import as_unavailable
from assay.pipeline.core.document import Json

from .access import Asked
from .answers import answer
from .problems import HttpProblem, Kind

KEPT_S = 86_400
RUNNING_S = 120
"""A change that is asked for and not answered for this long may be tried again: its process died."""

Work = Callable[[], Awaitable[tuple[int, Json]]]
"""Makes a change; gives the status and the document of the answer."""


class Once:
    """A change as it was asked for: the request, and the key under which its answer is kept."""

    def __init__(self, key: str | None, request: Request, body: bytes) -> None:
        self._key = key
        self._place = f"{request.method} {request.url.path}"
        self._digest = hashlib.sha256(request.url.query.encode() + b"\0" + body).hexdigest()

    async def __call__(self, asked: Asked, work: Work) -> Response:
        """Make the change, or give the answer that it had. Without a key it is made each time.

        Answers of errors are not kept. Raises :class:`HttpProblem` while the same change is being made and for another
        request under the same key, and ``ViewUnavailableError`` when nobody can tell: nothing is done then.
        """
        if self._key is None:
            status, document = await work()
            return answer(document, status)
        name = self._name(asked)
        redis = asked.world.redis
        mine = orjson.dumps({"digest": self._digest}).decode()
        async with as_unavailable():
            before = None if await redis.set(name, mine, nx=True, ex=RUNNING_S) else await redis.get(name)
        if before is not None:
            return self._repeated(before)
        try:
            status, document = await work()
        except BaseException:
            async with as_unavailable():
                await redis.delete(name)
            raise
        kept = {"digest": self._digest, "status": status, "document": document}
        async with as_unavailable():
            await redis.set(name, orjson.dumps(kept).decode(), ex=KEPT_S)
        return answer(document, status)

    def _repeated(self, before: str) -> Response:
        kept: dict[str, Any] = orjson.loads(before)
        if kept["digest"] != self._digest:
            raise HttpProblem(Kind.REFUSED, "this Idempotency-Key was used for another request")
        if "status" not in kept:
            headers = {"Retry-After": "1"}
            raise HttpProblem(Kind.IN_PROGRESS, "the same change is being made", headers=headers)
        repeated = answer(kept["document"], kept["status"])
        repeated.headers["Idempotency-Replayed"] = "true"
        return repeated

    def _name(self, asked: Asked) -> str:
        who = orjson.dumps([asked.caller.name, asked.caller.tenant, self._place, self._key])
        return f"{_base(asked.world.settings)}{hashlib.sha256(who).hexdigest()[:32]}"


def _base(settings: Settings) -> str:
    return f"assay:{settings.env}:{settings.topic_prefix}once:"


async def _once(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            pattern="^[!-~]+$",
            description="Any text without spaces, new for each change: asked for again within a day, it is answered the same and not done twice.",
        ),
    ] = None,
) -> Once:
    """A dependency for routes that change something."""
    return Once(key, request, await request.body())


OnceOnly = Annotated[Once, Depends(_once)]
"""The parameter of routes that change something."""
DEFAULT_WAIT_S = 10.0


class Telling(NamedTuple):
    """How an agent is told something: once, and for how long its answer is waited for."""

    once: Once
    wait_s: float


async def _telling(
    once: OnceOnly,
    wait_s: Annotated[
        float,
        Query(
            ge=0, le=30, description="Seconds to wait for the agent; when they are over, the answer is 202."
        ),
    ] = DEFAULT_WAIT_S,
) -> Telling:
    return Telling(once, wait_s)


ToAgent = Annotated[Telling, Depends(_telling)]
"""The parameters of routes that have an agent do something."""
