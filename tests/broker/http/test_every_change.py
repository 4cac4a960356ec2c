"""Every operation of the API that changes something, or opens a trace, is on the audit log (DESIGN 9; issue 6, must show)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi.routing import APIRoute

from assay.agents.http.app import create_api
from assay.pipeline.core.document import Json

from .conftest import Town

pytestmark = pytest.mark.broker
PREFIX = "/api/v1"
READING = frozenset({"GET", "HEAD"})
WRITES_NOTHING = frozenset({"/replays/plan"})
"""Asked with POST since the question is long."""


class Change(NamedTuple):
    """What is sent beside a reason, and what the log then says was done, in its order."""

    body: Mapping[str, Json]
    acts: tuple[str, ...]


PATCH: Json = [{"op": "replace", "path": "/status", "value": "completed"}]
CHANGES: Mapping[str, Change] = {
    "/issues/{fingerprint}/triage": Change({}, ("issues.triage",)),
    "/issues/{fingerprint}/assign": Change({"assignee": "grace"}, ("issues.assign",)),
    "/issues/{fingerprint}/acknowledge": Change({}, ("issues.acknowledge",)),
    "/issues/{fingerprint}/confirm": Change({}, ("issues.confirm",)),
    "/issues/{fingerprint}/resolve": Change({}, ("issues.resolve",)),
    "/issues/{fingerprint}/reopen": Change({}, ("issues.reopen",)),
    "/issues/{fingerprint}/ignore": Change({}, ("issues.ignore",)),
    "/quarantine/{topic}/{partition}/{offset}/open": Change({}, ("quarantine.open",)),
    "/quarantine/{topic}/{partition}/{offset}/release": Change({}, ("quarantine.release", "replay.start")),
    "/quarantine/release": Change({"tenant": "44"}, ("quarantine.release", "replay.start")),
    "/tasks/{fingerprint}/take": Change({}, ("task.take",)),
    "/tasks/{fingerprint}/note": Change({"text": "the importer"}, ("task.note",)),
    "/tasks/{fingerprint}/edit": Change({"patch": PATCH, "dry_run": False, "show": False}, ("task.edit",)),
    "/tasks/{fingerprint}/complete": Change({"dry_run": False}, ("task.complete",)),
    "/tasks/{fingerprint}/reopen": Change({}, ("task.reopen",)),
    "/replays": Change({"filter": {"tenant": "43"}, "origins": ["quarantine"]}, ("replay.start",)),
    "/replays/{job}/pause": Change({}, ("replay.pause",)),
    "/replays/{job}/resume": Change({}, ("replay.resume",)),
    "/replays/{job}/cancel": Change({}, ("replay.cancel",)),
    "/rules/{name}/preview": Change({"source": "SOURCE"}, ("trace.open",)),
    "/conservation": Change({}, ("conservation.audit",)),
}


def operations(town: Town) -> set[str]:
    """Those of the routes that may change something, whatever the OpenAPI document says of them."""
    routes = [each for each in create_api(town.settings).routes if isinstance(each, APIRoute)]
    return {each.path.removeprefix(PREFIX) for each in routes if (each.methods or set()) - READING}


def test_no_operation_is_forgotten(town: Town) -> None:
    assert operations(town) == CHANGES.keys() | WRITES_NOTHING


def test_every_change_is_on_the_audit_log_with_who_and_why(town: Town) -> None:
    """Also one that the agent then refuses: it is noted before it is done."""
    with town.client() as admin:
        known = names(admin)
        for path, change in CHANGES.items():
            part = path.split("/")[1]
            of_part = {name: found for (whose, name), found in known.items() if whose == part}
            place = path.format(**of_part)
            body = {**change.body, "reason": f"to see {path}"}
            if "source" in body:
                body["source"] = known["rules", "source"]
            answer = admin.post(place, json=body)
            assert answer.status_code in {200, 202, 409}, (path, answer.text)
            if path == "/replays":
                known["replays", "job"] = answer.json()["job"]
        log = everything(admin)
        verified = admin.get("/audit-log/verification").json()
    account = f"admin (key {town.keys['admin'].split('_')[2]})"
    noted: dict[str, tuple[str, ...]] = dict.fromkeys(CHANGES, ())
    for entry in log:
        path = entry["reason"].removeprefix("to see ")
        if path in noted and entry["actor"] == account:
            noted[path] += (entry["action"],)
    assert noted == {path: change.acts for path, change in CHANGES.items()}
    assert verified["ok"] is True


def test_what_only_asks_writes_nothing(town: Town) -> None:
    with town.client() as admin:
        before = everything(admin)
        for path in WRITES_NOTHING:
            assert admin.post(path, json={"filter": {"tenant": "43"}}).status_code == 200
        assert everything(admin) == before


def names(client: httpx.Client) -> dict[tuple[str, str], str]:
    """Things of the town, by the part of the API and the parameter."""

    def first(path: str, **asked: Any) -> Any:
        return client.get(path, params=asked).json()["items"][0]

    contained = first("/quarantine", tenant="43")["origin"]
    topic, partition, offset = contained.split("/")
    task = next(each for each in client.get("/tasks").json()["items"] if each["dead_letters"] == 5)
    return {
        ("issues", "fingerprint"): first("/issues", tenant="42")["fingerprint"],
        ("quarantine", "topic"): topic,
        ("quarantine", "partition"): partition,
        ("quarantine", "offset"): offset,
        ("tasks", "fingerprint"): task["fingerprint"],
        ("rules", "name"): "missing_required_fields",
        ("rules", "source"): contained,
    }


def everything(client: httpx.Client) -> list[Any]:
    """All of the log, the oldest first."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/audit-log", params={"limit": 200, **cursor}).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found[::-1]
        cursor = {"cursor": page["next_cursor"]}
