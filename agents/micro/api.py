"""The REST API of ``assay micro``: traces in, and what became of them (docs/gate.md)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assay.agents.clock import SystemClock
from assay.agents.http.gate import MOST_BYTES, HttpGate, traces_of
from assay.agents.http.problems import HttpProblem, Kind, add_problem_handlers, not_found
from assay.pipeline.core.clock import Clock
from assay.pipeline.core.document import Json
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.gate import Detail, GateMode
from assay.pipeline.policy.bundle import Bundle

from .outcomes import Outcomes
from .pipeline import POLL_S, MicroPipeline

PREFIX = "/api/v1"
MOST_WAIT_S = 60.0
HOSTS = ("127.0.0.1", "localhost")
"""Names under which it answers: a page elsewhere on the Web cannot pass its own name for this machine's."""

WaitS = Annotated[
    float, Query(ge=0, le=MOST_WAIT_S, description="How long to wait for outcomes; 0 = not at all.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]


class _Stage:
    """The pipeline that runs now; another one after a reset."""

    def __init__(self, bundle: Bundle, clock: Clock) -> None:
        self.bundle = bundle
        self.clock = clock
        self.gate = HttpGate(bundle)
        self._stack = AsyncExitStack()
        self._changing = asyncio.Lock()

    async def begin(self) -> None:
        """Start afresh."""
        async with self._changing:
            await self._stack.aclose()
            self.pipeline = await self._stack.enter_async_context(MicroPipeline(self.bundle, self.clock))
            self.outcomes = Outcomes(self.pipeline)

    async def end(self) -> None:
        """Stop."""
        await self._stack.aclose()

    async def settle(self, wait_s: float) -> None:
        """Wait for everything, but not for ever."""
        try:
            async with asyncio.timeout(wait_s):
                await self.pipeline.settled()
        except TimeoutError:
            return


def create_micro_api(bundle: Bundle, clock: Clock | None = None) -> FastAPI:
    """The app; its pipeline starts and ends with it."""
    stage = _Stage(bundle, SystemClock() if clock is None else clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await stage.begin()
        try:
            yield
        finally:
            await stage.end()

    api = FastAPI(
        title="Assay micro",
        description="The whole pipeline in memory, for the tests of a producer.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    api.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))
    add_problem_handlers(api)
    _add_traces(api, stage)
    _add_looks(api, stage)
    return api


def _add_traces(api: FastAPI, stage: _Stage) -> None:
    @api.post(f"{PREFIX}/traces", summary="Publish traces and wait for their outcomes")
    async def publish(request: Request, subject: str | None = None, wait_s: WaitS = 10.0) -> Response:
        """One trace, ``{"traces": […]}``, or a trace a line. 200: all have ended; 202: some are on their way."""
        body = await _body(request)
        many = traces_of(body, _media_type(request))
        pipeline, outcomes = stage.pipeline, stage.outcomes
        sources = [
            str(pipeline.publish(value, subject=subject)) for value in ([body] if many is None else many)
        ]
        ended = await _ended(outcomes, sources, wait_s)
        items: list[Json] = [
            ended[source].document() if source in ended else {"source": source, "outcome": None}
            for source in sources
        ]
        return _answer({"items": items}, 200 if all(source in ended for source in sources) else 202)

    @api.delete(f"{PREFIX}/traces", summary="Forget everything", status_code=204)
    async def reset() -> Response:
        """Start afresh, with an empty memory."""
        await stage.begin()
        return Response(status_code=204)

    @api.post(f"{PREFIX}/gate/validate", summary="Judge without publishing")
    async def validate(
        request: Request,
        mode: GateMode = GateMode.ENFORCE,
        subject: str | None = None,
        detail: Detail = Detail.FULL,
    ) -> Response:
        """As the API of ``assay serve``."""
        body = await _body(request)
        judged = await asyncio.to_thread(
            stage.gate.validate,
            body,
            stage.clock.now_ns(),
            media_type=_media_type(request),
            mode=mode,
            subject=subject,
            detail=detail,
        )
        return _answer(judged)


def _add_looks(api: FastAPI, stage: _Stage) -> None:
    @api.get("/health", summary="Whether it lives")
    async def health() -> Response:
        return _answer({"status": "ok", "bundle": stage.bundle.short_id})

    @api.get(f"{PREFIX}/outcomes", summary="List outcomes")
    async def outcomes(
        outcome: Outcome | None = None,
        code: str | None = None,
        tenant: str | None = None,
        limit: Limit = 50,
        cursor: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        """In the order in which traces ended. ``code``: found when the trace came in, or carried as a warning."""
        listed = list(stage.outcomes.all().values())
        found = [
            (place, ended)
            for place, ended in enumerate(listed[cursor:], cursor + 1)
            if outcome in {None, ended.outcome}
            and tenant in {None, ended.tenant}
            and (code is None or code in ended.codes)
        ]
        rest = str(found[limit - 1][0]) if len(found) > limit else None
        return _answer({"items": [ended.document() for _, ended in found[:limit]], "next_cursor": rest})

    @api.get(f"{PREFIX}/outcomes/{{topic}}/{{partition}}/{{offset}}", summary="Show one outcome")
    async def outcome(topic: str, partition: int, offset: int) -> Response:
        ended = stage.outcomes.all().get(f"{topic}/{partition}/{offset}")
        if ended is None:
            raise not_found("outcome")
        return _answer(ended.document())

    @api.get(f"{PREFIX}/summary", summary="Count outcomes")
    async def summary(wait_s: WaitS = 10.0) -> Response:
        """When everything is worked off: each trace has one outcome, and ``in_flight`` is 0."""
        await stage.settle(wait_s)
        ended = stage.outcomes.all().values()
        outcomes = Counter(each.outcome for each in ended)
        codes = Counter(code for each in ended for code in each.codes)
        published = stage.pipeline.published
        return _answer(
            {
                "published": published,
                "in_flight": published - len(ended),
                "outcomes": {word.value: outcomes[word.value] for word in Outcome},
                "codes": dict(sorted(codes.items())),
            }
        )

    @api.get(f"{PREFIX}/issues", summary="List issue groups")
    async def issues(wait_s: WaitS = 10.0) -> Response:
        """What the traces' problems come to, when everything is worked off."""
        await stage.settle(wait_s)
        return _answer({"items": _states(stage.pipeline, TopicRole.ISSUE_GROUPS), "next_cursor": None})

    @api.get(f"{PREFIX}/tasks", summary="List tasks")
    async def tasks(wait_s: WaitS = 10.0) -> Response:
        """What people would be asked to do, when everything is worked off."""
        await stage.settle(wait_s)
        return _answer({"items": _states(stage.pipeline, TopicRole.TASKS), "next_cursor": None})


async def _ended(outcomes: Outcomes, sources: list[str], wait_s: float) -> Any:
    """All outcomes, as soon as these are among them, or when the time is over."""
    deadline = asyncio.get_running_loop().time() + wait_s
    found = outcomes.all()
    while not all(source in found for source in sources):
        if asyncio.get_running_loop().time() >= deadline:
            break
        await asyncio.sleep(POLL_S)
        found = outcomes.all()
    return found


def _states(pipeline: MicroPipeline, role: TopicRole) -> list[Json]:
    """The last state of each key on a compacted topic."""
    last = {record.key: record.value for record in pipeline.visible(role)}
    return [orjson.loads(value) for value in last.values() if value]


async def _body(request: Request) -> bytes:
    """Raises :class:`HttpProblem` as soon as it is too large, before it is all in memory."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > MOST_BYTES:
            raise HttpProblem(Kind.TOO_LARGE, f"a body has at most {MOST_BYTES:,} bytes")
    return bytes(parts)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _answer(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")
