"""A small town: traces of three tenants, a worker with all agents, dead letters, and an API with keys that looks at it."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from confluent_kafka import Producer

from assay.agents.api_keys.file import key_file
from assay.agents.api_keys.making import Wanted, added, make
from assay.agents.api_keys.role import Role, Scope
from assay.agents.devstack import Stack
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.document import MISSING
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.testing import changed, clean_trace

from ...conftest import topics_of_its_own
from ...processes import ASSAY, Processes
from ..replay.conftest import Stage

AGENTS = "detector,classifier,auto_remediation,issues,escalation,manual_remediation,views,quarantine,replay"
PATIENCE_S = 60
SECRET = "jo.canary@customer.example.com"
FINE = clean_trace()
BROKEN = changed(FINE, {"/status": "finished"})
TENANTS = ("42", "43", "44")


@dataclass
class Town:
    """Where it is, and who has which key."""

    settings: Settings
    url: str
    processes: Processes
    keys: dict[str, str] = field(default_factory=dict)

    def client(self, who: str = "admin") -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.keys[who]}"} if who else {}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=60)

    def until(self, true: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := true()):
            assert time.monotonic() < deadline, self.processes.said()[-3000:]
            time.sleep(0.1)
        return found


def traces() -> Iterator[dict[str, Any]]:
    for number in range(20):
        yield changed(FINE, {"/trace_id": f"good-{number}"})
    for tenant in TENANTS:
        for number in range(3):
            bad = {"/trace_id": f"bad-{tenant}-{number}", "/context/tenant_id": int(tenant)}
            yield changed(FINE, bad | {"/workflow_id": MISSING})
    yield changed(FINE, {"/trace_id": "leaky", "/steps/0/name": f"ask {SECRET}"})


def publish(settings: Settings) -> None:
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers})
    topic = topic_name(TopicRole.RAW, settings.topic_prefix)
    for trace in traces():
        producer.produce(topic, json.dumps(trace).encode(), trace["trace_id"])
    assert producer.flush(30) == 0


def make_keys(settings: Settings) -> dict[str, str]:
    numbers = iter(range(100))
    found: dict[str, str] = {}

    def key(name: str, role: Role, tenant: str = "", *scopes: Scope) -> None:
        wanted = Wanted(name, role, frozenset(scopes or (Scope.ALL,)), tenant, 86_400)
        number = next(numbers)
        made = make(wanted, settings.env, time.time_ns(), lambda size: bytes([number]) * size)
        key_file(settings).change(lambda keys: added(keys, made.key))
        found[name] = made.text

    key("admin", Role.ADMIN, "", Scope.ALL, Scope.OPEN)
    for role in (Role.VIEWER, Role.OPERATOR, Role.APPROVER):
        key(role.value, role)
    for tenant in TENANTS:
        key(f"tenant-{tenant}", Role.TENANT, tenant)
    return found


def free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def town(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home: Path = tmp_path_factory.mktemp("town")
    with topics_of_its_own(stack, home) as settings, pytest.MonkeyPatch.context() as patch:
        processes = Processes(settings, home / "town.log")
        stage = Stage(settings, processes, patch)
        stage.put([BROKEN] * 5, dead=True, tenant="42")
        publish(settings)
        processes.worker(AGENTS)
        port = free_port()
        town = Town(settings, f"http://127.0.0.1:{port}", processes, make_keys(settings))
        processes.launch([*ASSAY, "serve"], serve_port=port, may_open_traces=True)
        try:
            town.until(lambda: _settled(town))
            yield town
        finally:
            processes.end()


def _settled(town: Town) -> bool:
    try:
        with town.client() as client:
            groups = client.get("/issues").json()["items"]
            contained = client.get("/quarantine").json()["items"]
            tasks = client.get("/tasks").json()["items"]
    except httpx.TransportError:
        return False
    ended = sum(group["count"] for group in groups) >= 10 and len(contained) >= 10
    return ended and any(task["dead_letters"] == 5 for task in tasks)
