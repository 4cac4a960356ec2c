"""``/health``, ``/ready`` and ``/metrics``: for those who watch over the process; without a key (OPERATIONS 5.15)."""

import asyncio

from fastapi import APIRouter, Request, Response
from redis.exceptions import RedisError

from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.errors import TransientError

from ..access import world_of
from ..answers import answer
from ..models.health import Alive, Ready
from ..telemetry import CONTENT_TYPE
from ..world import World

router = APIRouter(tags=["health"])
WAIT_S = 3.0


@router.get("/health", response_model=Alive, openapi_extra={"security": []}, summary="Whether it lives")
async def health() -> Response:
    """Whether the process answers."""
    return answer({"status": "ok"})


@router.get(
    "/ready",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "Kafka is not reached."}},
    openapi_extra={"security": []},
    summary="Whether it can work",
)
async def ready(request: Request) -> Response:
    """Whether Kafka is reached. Without views it is ready all the same, and says that it is degraded."""
    world = world_of(request)
    kafka, views = await asyncio.gather(_kafka(world), _views(world))
    ready_now = kafka == "ok"
    document = {"ready": ready_now, "kafka": kafka, "views": views, "open": world.door.is_open}
    return answer(document, 200 if ready_now else 503)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    openapi_extra={"security": []},
    summary="For Prometheus",
)
async def metrics(request: Request) -> Response:
    """Metrics of this process. They hold no ids and no tenants."""
    return Response(world_of(request).telemetry.text(), media_type=CONTENT_TYPE)


async def _kafka(world: World) -> str:
    transport = KafkaTransport(world.settings)
    try:
        async with asyncio.timeout(WAIT_S):
            await transport.start()
    except (TransientError, TimeoutError):
        return "unavailable"
    finally:
        await transport.stop()
    return "ok"


async def _views(world: World) -> str:
    try:
        async with asyncio.timeout(WAIT_S):
            await world.redis.ping()
    except (RedisError, OSError, TimeoutError):
        return "degraded"
    return "ok"
