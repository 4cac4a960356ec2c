"""``/replays`` over HTTP: planned, started and controlled as by the command line (DESIGN 8)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from assay.agents.api_keys.role import Role
from assay.agents.http.routes import replays as route
from assay.agents.replay.predict import Plan
from assay.agents.settings import Settings
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import Source
from assay.pipeline.replay import (
    Command,
    Job,
    Origin,
    ReplayBook,
    ReplayDecision,
    ReplayFilter,
    ReplayRequest,
    Status,
)
from assay.pipeline.replay.request import Edit, EditKind

from .conftest import Keys, Served

AT = "2026-01-02T03:04:05.000000000Z"


def job(named: str, at: str = AT, status: Status = Status.RUNNING, **members: Any) -> Job:
    request = members.pop("request", ReplayRequest())
    return Job(
        named,
        status,
        request,
        {},
        "ada",
        "because",
        at,
        at,
        1,
        {ReplayDecision.REPLAY: 3, ReplayDecision.EXPIRED: 1},
        2,
        **members,
    )


class Desk:
    """Instead of Kafka: jobs that there are, and commands that came."""

    def __init__(self) -> None:
        self.book = ReplayBook()
        self.commands: list[Command] = []
        self.answers = True

    async def read(self, _asked: Any) -> ReplayBook:
        return self.book

    async def ask(
        self,
        _settings: Settings,
        command: Command,
        _wait_s: float,
        note: Callable[[], Awaitable[None]],
        source: str,
    ) -> ReplayBook | None:
        assert source == "/assay/api"
        await note()
        self.commands.append(command)
        return self.book if self.answers else None


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(route, "_book", made.read)
    monkeypatch.setattr(route, "ask", made.ask)
    return made


async def test_jobs_are_listed_the_newest_first(api: Served, key: Keys, desk: Desk) -> None:
    ats = [f"2026-01-02T03:0{number}:05.000000000Z" for number in range(3)]
    for number, at in enumerate(ats):
        status = Status.RUNNING if number else Status.SUCCEEDED
        desk.book.jobs[f"r-{number}"] = job(f"r-{number}", at, status)
    async with api.client(key(Role.VIEWER)) as client:
        page = (await client.get("/api/v1/replays?limit=2")).json()
        rest = (await client.get(f"/api/v1/replays?limit=2&cursor={page['next_cursor']}")).json()
        running = (await client.get("/api/v1/replays?status=running")).json()
    assert [each["job"] for each in page["items"] + rest["items"]] == ["r-2", "r-1", "r-0"]
    assert [each["job"] for each in running["items"]] == ["r-2", "r-1"]
    assert page["items"][0]["replayed"] == 3


async def test_a_job_shows_of_an_edit_what_it_is_and_not_the_sealed_patch(
    api: Served, key: Keys, desk: Desk
) -> None:
    edit = Edit(EditKind.PATCH, sealed={"ciphertext": "x"}, tenant="acme", aad="a")
    desk.book.jobs["r-1"] = job("r-1", request=ReplayRequest(edit=edit))
    async with api.client(key(Role.VIEWER)) as client:
        found = (await client.get("/api/v1/replays/r-1")).json()
        assert (await client.get("/api/v1/replays/r-2")).status_code == 404
    assert found["request"]["edit"] == {"kind": "patch"}


async def test_starting_a_job_tells_the_agent_and_stands_on_the_audit_log(
    api: Served, key: Keys, desk: Desk
) -> None:
    body = {
        "filter": {"tenant": "acme", "severity": "high", "since": AT, "sources": ["traces.raw/0/1"]},
        "origins": ["quarantine"],
        "rate_per_s": 7,
        "reason": "it is mended",
    }
    async with api.client(key(Role.OPERATOR, name="ada")) as client:
        found = await client.post("/api/v1/replays", json=body)
    assert found.status_code == 200
    (command,) = desk.commands
    wanted = ReplayFilter(
        "acme", severity=Severity.HIGH, since=AT, sources=frozenset({Source("traces.raw", 0, 1)})
    )
    assert command.request == ReplayRequest(wanted, (Origin.QUARANTINE,), 7)
    assert [(act.action, act.target, act.reason) for act in api.noted] == [
        ("replay.start", command.job, "it is mended")
    ]
    assert found.json()["job"] == command.job


async def test_a_job_can_wait_for_a_schema(api: Served, key: Keys, desk: Desk) -> None:
    async with api.client(key(Role.OPERATOR)) as client:
        body = {"reason": "soon", "arrival": "workflow_trace@1.3.0"}
        assert (await client.post("/api/v1/replays", json=body)).status_code == 200
        assert (await client.post("/api/v1/replays", json=body | {"arrival": "soon"})).status_code == 422
    request = desk.commands[0].request
    assert request is not None
    assert str(request.arrival) == "workflow_trace@1.3.0"
    assert request.filter.code == "schema.version_unknown"


async def test_a_change_that_is_asked_for_twice_is_made_once(api: Served, key: Keys, desk: Desk) -> None:
    async with api.client(key(Role.OPERATOR)) as client:
        answers = [
            (
                await client.post(
                    "/api/v1/replays", json={"reason": "once"}, headers={"Idempotency-Key": "k"}
                )
            ).json()
            for _ in range(2)
        ]
    assert answers[0] == answers[1]
    assert len(desk.commands) == 1


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
async def test_a_job_is_controlled(api: Served, key: Keys, desk: Desk, verb: str) -> None:
    desk.book.jobs["r-1"] = job("r-1")
    async with api.client(key(Role.OPERATOR)) as client:
        found = await client.post(f"/api/v1/replays/r-1/{verb}", json={"reason": "wait"})
        assert (await client.post(f"/api/v1/replays/r-2/{verb}", json={"reason": "wait"})).status_code == 404
    assert found.json() == {"job": "r-1", "answered": True, "status": "running"}
    assert [(act.action, act.target) for act in api.noted] == [(f"replay.{verb}", "r-1")]


async def test_an_agent_that_does_not_answer_is_no_error(api: Served, key: Keys, desk: Desk) -> None:
    desk.answers = False
    async with api.client(key(Role.OPERATOR)) as client:
        found = await client.post("/api/v1/replays", json={"reason": "go"})
    assert found.status_code == 202
    assert found.json()["answered"] is False


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TENANT])
async def test_whoever_only_looks_changes_nothing(api: Served, key: Keys, desk: Desk, role: Role) -> None:
    async with api.client(key(role, tenant="acme" if role is Role.TENANT else "")) as client:
        for path in ("", "/plan", "/r-1/cancel"):
            assert (await client.post(f"/api/v1/replays{path}", json={"reason": "go"})).status_code == 403
        if role is Role.TENANT:
            assert (await client.get("/api/v1/replays")).status_code == 403
    assert desk.commands == []
    assert api.noted == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": " "},
        {"reason": "go", "origins": ["remediated"]},
        {"reason": "go", "origins": []},
        {"reason": "go", "filter": {"sources": ["here"]}},
        {"reason": "go", "filter": {"since": "2026-13-45T00:00:00.000000000Z"}},
        {"reason": "go", "rate_per_s": 0},
        {"reason": "go", "surprise": 1},
    ],
)
async def test_a_job_that_makes_no_sense_is_refused(api: Served, key: Keys, desk: Desk, body: Any) -> None:
    async with api.client(key(Role.OPERATOR)) as client:
        assert (await client.post("/api/v1/replays", json=body)).status_code == 422
    assert desk.commands == []


async def test_a_plan_says_what_would_become_of_the_traces(
    api: Served, key: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def make_plan(_settings: Any, _bundle: Any, request: ReplayRequest, _now_ns: int) -> Plan:
        plan = Plan()
        plan.found = 4
        plan.decisions.update({"replay": 3, "expired": 1})
        plan.note("valid", "traces.raw/0/1")
        assert request.filter.code == "time.naive"
        return plan

    async def bundle() -> None:
        return None

    monkeypatch.setattr(route, "make_plan", make_plan)
    monkeypatch.setattr(api.app.state.world, "bundle", bundle)
    async with api.client(key(Role.OPERATOR)) as client:
        found = (await client.post("/api/v1/replays/plan", json={"filter": {"code": "time.naive"}})).json()
    assert found == {
        "found": 4,
        "decisions": {"replay": 3, "expired": 1},
        "predicted": {"valid": 1},
        "codes": {},
        "examples": {"valid": ["traces.raw/0/1"]},
    }
    assert api.noted == []
