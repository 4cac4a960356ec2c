"""No tenant ever reads another's: every operation, every id, every cursor of the other (DESIGN 9; issue 6, must show 2).

The app runs in this process on the real Valkey, without a socket in between. `make test-api-deep` asks ten times as often.
"""

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
from fastapi import FastAPI

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.making import Wanted, added, make
from assay.agents.api_keys.role import Role, Scope
from assay.agents.devstack import Stack
from assay.agents.http.app import create_api
from assay.agents.settings import Settings, load_settings
from assay.agents.stores.redis_client import view_client
from assay.agents.stores.redis_views import RedisViewStore
from assay.agents.stores.view_keys import view_keys
from assay.agents.stores.view_store import Run
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.record import RawRecord
from assay.pipeline.views import Add, Delta
from assay.pipeline.views.buckets import counter, hour_bucket, minute_bucket
from assay.pipeline.views.criticals import DETECTED, fold_criticals
from assay.pipeline.views.quarantined import fold_quarantined
from assay.pipeline.views.states import fold_groups, fold_tasks

pytestmark = [pytest.mark.broker, pytest.mark.long]
CASES = int(os.environ.get("ASSAY_TEST_ISOLATION_CASES", "10000"))
TENANTS = ("41", "42", "4")
"""One is the beginning of the others: nothing may compare by that."""
EACH = 12
SLOW = (
    "/traces/",
    "/report",
    "/patterns",
    "/policies",
    "/data/",
    "/rules",
    "/conservation",
    "/replays",
    "/audit-log",
)
"""Operations that read topics of Kafka, most of them not for tenants: `test_api.py` asks those that are."""


def canary(tenant: str) -> str:
    """What is in every document of a tenant, and must be in no answer to another."""
    return f"canary-of-{tenant}-end"


def fingerprint(tenant: str, number: int) -> str:
    return f"{int(tenant) * 1000 + number:016x}"


def documents(tenant: str, now_ns: int) -> dict[str, list[Delta]]:
    mark, at, now_ms = canary(tenant), rfc3339(now_ns), now_ns // 10**6
    deltas: dict[str, list[Delta]] = {name: [] for name in ("groups", "tasks", "quarantine", "criticals")}
    for number in range(EACH):
        name = fingerprint(tenant, number)
        group = {
            "fingerprint": name,
            "code": "schema.required_missing",
            "category": "schema",
            "severity": "critical",
            "status": "detected",
            "blocking": True,
            "subject": mark,
            "path": "",
            "team": mark,
            "count": 1,
            "occurrences": 1,
            "episode": 1,
            "opened_at": at,
            "first_seen": at,
            "last_seen": at,
            "tenants": [{"tenant_id": tenant, "count": 1}],
            "producers": [{"name": mark}],
        }
        task = {
            "fingerprint": name,
            "tenant_id": tenant,
            "status": "pending",
            "instructions": mark,
            "updated_at": at,
        }
        headers = [
            (names.SRC, f"traces.raw/0/{int(tenant) * 1000 + number}".encode()),
            (names.TENANT, tenant.encode()),
            (names.SEVERITY, b"critical"),
            (names.FINGERPRINT, name.encode()),
        ]
        envelope = {"trace_id": mark, "subject": mark, "issues": [{"code": "schema.required_missing"}]}
        fact = {"severity": "critical", "tenant_id": tenant, "subject": mark, "detected_at": at}
        issue = [(names.CE_TYPE, DETECTED), (names.CE_ID, f"{mark}{number}".encode())]
        deltas["groups"] += fold_groups([RawRecord("g", 0, 0, now_ms, name.encode(), orjson.dumps(group))])
        deltas["tasks"] += fold_tasks([RawRecord("t", 0, 0, now_ms, name.encode(), orjson.dumps(task))])
        deltas["quarantine"] += fold_quarantined(
            [RawRecord("q", 0, number, now_ms - number, None, orjson.dumps(envelope), headers)]
        )
        deltas["criticals"] += fold_criticals([RawRecord("i", 0, 0, now_ms, None, orjson.dumps(fact), issue)])
    counts = {
        counter("records", "detector", tenant, "invalid", mark): 7,
        counter("issues", "detector", tenant, "schema.required_missing", "critical"): 7,
    }
    now_s = now_ns // 10**9
    deltas["counters"] = [Add(name(now_s), now_s + 9999, counts) for name in (minute_bucket, hour_bucket)]
    return deltas


@dataclass
class Site:
    """An app, and the requests that can be made of it."""

    app: FastAPI
    keys: dict[str, str]
    paths: Sequence[str]
    cursors: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    async def get(self, tenant: str, path: str, query: str) -> tuple[int, bytes]:
        """One request, as a server hands it over."""
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {self.keys[tenant]}".encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8400),
            "state": {},
        }
        status, parts = 0, list[bytes]()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            parts.append(message.get("body", b""))

        await self.app(scope, receive, send)
        return status, b"".join(parts)


@pytest.fixture
async def site(stack: Stack, tmp_path: Path) -> AsyncIterator[Site]:
    env = f"t{secrets.token_hex(4)}"
    settings = load_settings(
        env=env,
        home=tmp_path,
        bootstrap_servers=stack.bootstrap_servers,
        redis_url=stack.redis_url,
        policy_source="directory",
    )
    await fill(settings)
    keys = {tenant: made_key(settings, tenant) for tenant in TENANTS}
    app = create_api(settings)
    async with app.router.lifespan_context(app):
        operations = app.openapi()["paths"]
        paths = [
            path
            for path, methods in operations.items()
            if path.startswith("/api/v1") and "get" in methods and not any(part in path for part in SLOW)
        ]
        yield Site(app, keys, paths)
    client = view_client(stack.redis_url)
    async for key in client.scan_iter(match=f"*{env}*", count=5000):
        await client.unlink(key)
    await client.aclose()


async def fill(settings: Settings) -> None:
    now_ns = time.time_ns()
    every = [documents(tenant, now_ns) for tenant in TENANTS]
    for view in every[0]:
        store = RedisViewStore(settings.redis_url, view_keys(settings, view))
        generation = (await store.open()).generation
        for number, deltas in enumerate(every):
            await store.apply(generation, Run(f"t/{number}", None, 1, 0, deltas[view]))
        await store.close()


def made_key(settings: Settings, tenant: str) -> str:
    wanted = Wanted(f"of {tenant}", Role.TENANT, frozenset({Scope.ALL}), tenant, 86_400)
    made = make(wanted, settings.env, time.time_ns(), secrets.token_bytes)
    key_file(settings).change(lambda keys: added(keys, made.key))
    return made.text


class Requests:
    """What somebody could think of: ids of all tenants, filters, other people's cursors."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)

    def __call__(self) -> tuple[str, str, str, str]:
        """Who asks, the operation, its path and its query."""
        one = self._random.choice
        tenant, operation = one(TENANTS), one(self._site.paths)
        other, number = one(TENANTS), self._random.randrange(EACH + 1)
        path = operation.format(
            fingerprint=fingerprint(other, number),
            topic="traces.raw",
            partition=0,
            offset=int(other) * 1000 + number,
            tenant=other,
        )
        asked: dict[str, Any] = {}
        if self._random.random() < 0.5:
            asked["tenant"] = one(TENANTS)
        if self._random.random() < 0.3:
            asked["source"] = f"traces.raw/0/{int(other) * 1000 + number}"
        if self._random.random() < 0.3:
            asked["fingerprint"] = fingerprint(other, number)
        if self._random.random() < 0.3:
            asked["limit"] = self._random.randrange(1, 9)
        found = self._site.cursors.get((other, operation))
        if found and self._random.random() < 0.5:
            asked["cursor"] = one(found)
        if self._random.random() < 0.1:
            asked["code"] = one(["schema.required_missing", f"tenant={other}", "*"])
        return tenant, operation, path, urlencode(asked)


async def test_no_tenant_reads_anothers(site: Site) -> None:
    requests = Requests(site, seed=int(os.environ.get("ASSAY_TEST_SEED", "1")))
    statuses: Counter[int] = Counter()
    own = 0
    for case in range(CASES):
        tenant, operation, path, query = requests()
        status, body = await site.get(tenant, path, query)
        statuses[status] += 1
        for other in TENANTS:
            if other != tenant:
                assert canary(other).encode() not in body, (case, tenant, path, query)
        own += canary(tenant).encode() in body
        if status == 200 and b'"next_cursor":"' in body:
            kept = site.cursors.setdefault((tenant, operation), [])
            kept.append(orjson.loads(body)["next_cursor"])
            del kept[:-20]
    assert statuses.keys() <= {200, 403, 404, 422}
    assert own > CASES / 20, "tenants see nothing of their own either: this proves nothing"
    assert statuses[404] > CASES / 20
