"""The API's composition root: ``create_api(settings)``."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from assay.agents.api_keys.file import key_file
from assay.agents.clock import SystemClock
from assay.agents.settings import Settings
from assay.pipeline.core.clock import Clock
from assay.pipeline.core.errors import ConfigError, Problem

from .caller import local_admin
from .door import Door
from .feed import socket as feed
from .openapi import describe
from .page_files import mount_page
from .problems import add_problem_handlers
from .routes import (
    asyncapi,
    audit,
    conservation,
    data,
    health,
    issues,
    me,
    overview,
    policies,
    quarantine,
    replays,
    rules,
    task_edits,
    tasks,
    tenants,
    traces,
)
from .shield import Shield, is_loopback
from .telemetry import ApiTelemetry
from .world import open_world

ROUTERS: Sequence[APIRouter] = (
    health.router,
    feed.router,
    me.router,
    overview.router,
    traces.router,
    issues.router,
    quarantine.router,
    tasks.router,
    task_edits.router,
    audit.router,
    rules.router,
    replays.router,
    tenants.router,
    policies.router,
    conservation.router,
    data.router,
    asyncapi.router,
)
"""One for each resource."""


def create_api(settings: Settings, *, local_name: str = "local", clock: Clock | None = None) -> FastAPI:
    """The app that ``assay serve`` runs. It connects when it starts, and is there while Kafka or Redis is away.

    Without keys it is open, with ``local_name`` as the actor of everything, and only for this machine. Raises
    :class:`ConfigError` when it is to listen elsewhere and there are no keys, and for a file of keys that is wrong.
    """
    keys = key_file(settings)
    is_open = not keys.keys()
    if is_open and not is_loopback(settings.serve_host):
        why = f"is {settings.serve_host}, and there are no keys: everybody there could do everything"
        remedy = "Make one with assay keys create, or listen on 127.0.0.1"
        raise ConfigError([Problem("ASSAY_SERVE_HOST", why, remedy)])
    used_clock = clock or SystemClock()
    telemetry = ApiTelemetry(CollectorRegistry())
    local = local_admin(local_name) if is_open else None

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        door = Door(keys, used_clock, telemetry.refused, local)
        async with open_world(settings, door, telemetry, used_clock) as running.state.world:
            yield

    api = FastAPI(
        title="Assay",
        version=version("assay"),
        lifespan=lifespan,
        docs_url=None,  # they would load their scripts from elsewhere
        redoc_url=None,
        # Spans and logs of its own would hold texts of exceptions, and go wherever the environment says (promise 4).
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    add_problem_handlers(api)
    describe(api)
    for router in ROUTERS:
        # Not `include_router`: it would look for the route in each router anew at every request.
        api.router.routes.extend(router.routes)
    mount_page(api)
    api.add_middleware(Shield, answered=telemetry.answered, loopback_only=is_open)
    return api
