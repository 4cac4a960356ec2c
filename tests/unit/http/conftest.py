"""The API in this process, on views in memory: nothing of the network, Kafka or Redis."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.making import Made, Wanted, added, make
from assay.agents.api_keys.role import Role, Scope
from assay.agents.http.app import create_api
from assay.agents.http.pulse import Beat
from assay.agents.http.testing import MemoryRedis, MemoryViews
from assay.agents.settings import Settings, load_settings
from assay.pipeline.policy.drill_rules import DRILL_TENANT
from assay.pipeline.testing import FakeClock

NOW_NS = 1_767_323_045_000_000_000
"""2026-01-02T03:04:05Z"""


class Served:
    """An API that runs, and ways to ask it."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.views = MemoryViews()
        self.redis = MemoryRedis()
        self.transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 4321), raise_app_exceptions=False)
        self.noted: list[Any] = []
        """Acts on the audit log."""

    def client(self, key: str = "", **headers: str) -> httpx.AsyncClient:
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return httpx.AsyncClient(transport=self.transport, base_url="http://127.0.0.1:8400", headers=headers)


class Steady:
    """A pulse without Kafka."""

    async def feel(self, _wait_s: float = 0) -> Beat:
        return Beat()

    async def close(self) -> None:
        """Nothing to end."""


@asynccontextmanager
async def served(settings: Settings, clock: FakeClock) -> AsyncIterator[Served]:
    app = create_api(settings, local_name="ada", clock=clock)
    found = Served(app, settings)
    async with app.router.lifespan_context(app):
        world = app.state.world
        await world.redis.aclose()
        world.redis = found.redis

        world.views = found.views
        world.pulse = Steady()
        world.drill_tenant = lambda: DRILL_TENANT

        async def note(_caller: object, act: Any) -> None:
            found.noted.append(act)

        world._note = note
        yield found


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_NS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


@pytest.fixture
async def open_api(settings: Settings, clock: FakeClock) -> AsyncIterator[Served]:
    """An API without keys: open, on loopback."""
    async with served(settings, clock) as found:
        yield found


Keys = Callable[..., str]


@pytest.fixture
def key(settings: Settings, clock: FakeClock) -> Keys:
    """Makes keys: ``key(Role.VIEWER)``."""

    def new(role: Role, *scopes: Scope, tenant: str = "", days: int = 1, name: str = "") -> str:
        return made_key(settings, clock.now_ns(), role, *scopes, tenant=tenant, days=days, name=name).text

    return new


def made_key(
    settings: Settings,
    now_ns: int,
    role: Role,
    *scopes: Scope,
    tenant: str = "",
    days: int = 1,
    name: str = "",
) -> Made:
    numbers = len(key_file(settings).keys())
    wanted = Wanted(name or role.value, role, frozenset(scopes or (Scope.ALL,)), tenant, days * 86_400)
    made = make(wanted, settings.env, now_ns, lambda size: bytes([numbers]) * size)
    key_file(settings).change(lambda keys: added(keys, made.key))
    return made


@pytest.fixture
async def api(settings: Settings, clock: FakeClock, key: Keys) -> AsyncIterator[Served]:
    """An API with keys: one of an administrator is there already."""
    key(Role.ADMIN, Scope.ALL, Scope.OPEN)
    async with served(settings, clock) as found:
        yield found


def group(fingerprint: str, tenant: str = "acme", **members: Any) -> Mapping[str, Any]:
    """An issue group as its topic has it."""
    at = "2026-01-02T03:04:00.000000000Z"
    return {
        "schema": "assay/issue_group/1-0-0",
        "fingerprint": fingerprint,
        "code": "schema.required_missing",
        "category": "schema",
        "severity": "critical",
        "blocking": True,
        "team": "platform_engineering",
        "subject": "workflow_trace",
        "path": "/trace_id",
        "rule": "schema",
        "status": "detected",
        "episode": 1,
        "opened_at": at,
        "count": 3,
        "occurrences": 4,
        "first_seen": at,
        "last_seen": at,
        "rate": {"minutes": [[NOW_NS // 60_000_000_000, 3]], "hours": [[NOW_NS // 3_600_000_000_000, 3]]},
        "tenants": [{"tenant_id": tenant, "count": 3}],
        "producers": [{"name": "p", "version": "1", "count": 3, "first_seen": at, "last_seen": at}],
        "first_bad": {"name": "p", "version": "1", "at": at, "source": "traces.raw/0/1"},
        "samples": [{"at": at, "source": "traces.raw/0/1", "attempts": 0}],
        "assigned_to": "grace",
        "resolution_notes": "",
        "resolved_at": "",
        "acknowledged": None,
        "confirmed": None,
        "transitions": [],
        "refused": [],
        "seen": [],
    } | members
