"""What each route of the site answers, and what a change does to what it knows."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from . import canned, canned_reports, canned_work
from .canned import Document
from .known import Site

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def problem(status: int, detail: str = "", errors: list[Document] | None = None) -> web.Response:
    """As the API says it."""
    document = {
        "type": "urn:assay:problem:x",
        "title": "x",
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }
    return web.json_response(document, status=status, content_type="application/problem+json")


Answer = Callable[[Site, dict[str, str], Any, Any], Any]


def route(site: Site, answer: Answer) -> Handler:
    """A handler of the server; nothing is 404."""

    async def handler(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.body_exists else {}
        found = answer(site, dict(request.match_info), request.query, body)
        return problem(404, "there is no such thing") if found is None else web.json_response(found)

    return handler


def _page_of(items: list[Document]) -> Document:
    return {"items": items, "next_cursor": None}


def _one(items: list[Document], name: str, value: str) -> Document | None:
    return next((item for item in items if item[name] == value), None)


def _groups(site: Site, _: dict[str, str], query: Any, __: Any) -> Document:
    names = [name for name in ("status", "severity", "category", "code") if query.get(name)]
    found = [group for group in site.groups if all(group[name] == query[name] for name in names)]
    if query.get("open") == "true":
        found = [group for group in found if group["status"] not in {"resolved", "ignored"}]
    return (
        {"items": found[4:], "next_cursor": None}
        if query.get("cursor")
        else {
            "items": found[:4] if len(found) > 6 else found,
            "next_cursor": "more" if len(found) > 6 else None,
        }
    )


def _group(site: Site, named: dict[str, str], _: Any, __: Any) -> Document | None:
    found = _one(site.groups, "fingerprint", named["name"])
    return None if found is None else {**canned.story(found), **found}


_BECOMES = {
    "triage": "triaged",
    "assign": "in_progress",
    "resolve": "resolved",
    "ignore": "ignored",
    "reopen": "detected",
}


def _command(site: Site, named: dict[str, str], _: Any, body: Any) -> Document | None:
    found = _one(site.groups, "fingerprint", named["name"])
    if found is None:
        return None
    was, found["status"] = found["status"], _BECOMES.get(named["verb"], found["status"])
    found["acknowledged"] = found["acknowledged"] or named["verb"] == "acknowledge"
    found["assigned_to"] = body.get("assignee", found["assigned_to"])
    happened = {
        "was": was,
        "became": found["status"],
        "happening": named["verb"],
        "actor": "ada",
        "reason": body["reason"],
        "at": canned.at(),
        "episode": 1,
        "cause": "",
    }
    found["transitions"] = [*found.get("transitions", []), happened]
    return {
        "fingerprint": named["name"],
        "command": named["verb"],
        "answered": True,
        "status": found["status"],
    }


def _edit(site: Site, named: dict[str, str], _: Any, body: Any) -> Document | None:
    found = _one(site.tasks, "fingerprint", named["name"])
    if found is None:
        return None
    answer = {
        "before": canned_work.looked(),
        "after": None,
        "plan": None,
        "saved": False,
        "answered": True,
        "status": found["status"],
    }
    if "patch" not in body and "rule" not in body:
        return answer
    answer |= {
        "plan": canned_work.plan(),
        "after": {
            "source": answer["before"]["source"],
            "value": json.dumps(canned.REPAIRED),
            "issues": [],
            "proposals": [],
        },
    }
    if not body["dry_run"]:
        found["edit"] = (
            {"kind": "rule", "rule": body["rule"]} if "rule" in body else {"kind": "patch", "rule": ""}
        )
        answer |= {"before": None, "after": None, "saved": True}
    return answer


def _task_command(site: Site, named: dict[str, str], _: Any, body: Any) -> Document | None:
    found = _one(site.tasks, "fingerprint", named["name"])
    if found is None:
        return None
    if named["verb"] == "complete":
        if body["dry_run"]:
            return {"plan": canned_work.plan(), "answered": True, "status": found["status"]}
        found.update(status="completed", replay_job="r-0002")
    if named["verb"] == "note":
        found["notes"].append({"at": canned.at(), "actor": "ada", "text": body["text"]})
    return {
        "fingerprint": named["name"],
        "command": named["verb"],
        "answered": True,
        "status": found["status"],
        "plan": canned_work.plan(),
    }


def _start(site: Site, _: dict[str, str], __: Any, body: Any) -> Document:
    started = canned_work.job("r-0003", "running", 0, 3) | {"reason": body["reason"]}
    started["request"] |= {name: value for name, value in body.items() if name != "reason"}
    site.jobs.insert(0, started)
    return _told(started)


def _told(job: Document) -> Document:
    return {"job": job["job"], "answered": True, "status": job["status"]}


def _job(site: Site, named: dict[str, str], _: Any, __: Any) -> Document | None:
    """Each time that somebody looks it has gone on."""
    found = _one(site.jobs, "job", named["name"])
    if found is not None and found["status"] == "running" and found["job"] == "r-0003":
        found["done"]["replay"] += 1
        found["remaining"] -= 1
        found["status"] = "running" if found["remaining"] else "succeeded"
    return found


def _hold(site: Site, named: dict[str, str], _: Any, __: Any) -> Document | None:
    found = _one(site.jobs, "job", named["name"])
    if found is not None:
        found["status"] = {"pause": "paused", "resume": "running", "cancel": "cancelled"}[named["verb"]]
    return found and _told(found)


ROUTES: list[tuple[str, str, Answer]] = [
    (
        "GET",
        "me",
        lambda site, *_: {
            "name": "ada",
            "role": site.role,
            "scopes": ["*"],
            "tenant": "",
            "may_open": True,
            "open_api": not site.key,
        },
    ),
    ("GET", "overview", lambda site, *_: site.overview),
    ("GET", "issues", _groups),
    ("GET", "issues/{name}", _group),
    ("POST", "issues/{name}/{verb}", _command),
    ("GET", "quarantine", lambda site, *_: _page_of(site.contained)),
    ("GET", "quarantine/{name:.+}", lambda site, named, *_: _one(site.contained, "origin", named["name"])),
    (
        "POST",
        "quarantine/{name:.+}/open",
        lambda *_: {
            "key": "wf-2200",
            "value": canned_work.looked()["value"],
            "headers": [["traceparent", canned.PLANTED]],
        },
    ),
    ("POST", "quarantine/{name:.+}/release", lambda site, *_: _told(site.jobs[0])),
    ("GET", "tasks", lambda site, *_: _page_of(site.tasks)),
    ("GET", "tasks/{name}", lambda site, named, *_: _one(site.tasks, "fingerprint", named["name"])),
    ("POST", "tasks/{name}/edit", _edit),
    ("POST", "tasks/{name}/{verb}", _task_command),
    ("GET", "replays", lambda site, *_: _page_of(site.jobs)),
    ("POST", "replays/plan", lambda *_: canned_work.plan()),
    ("POST", "replays", _start),
    ("GET", "replays/{name}", _job),
    ("POST", "replays/{name}/{verb}", _hold),
    ("GET", "rules", lambda site, *_: _page_of(site.rules)),
    ("GET", "rules/{name}", lambda site, named, *_: _one(site.rules, "rule", named["name"])),
    ("GET", "rules/{name}/receipts", lambda _, named, *__: _page_of(canned_work.receipts(named["name"]))),
    ("POST", "rules/{name}/preview", lambda *_: canned_work.preview()),
    (
        "GET",
        "tenants",
        lambda *_: _page_of(
            [
                {
                    "tenant_id": str(17 + each),
                    "traces": 9100 - each * 700,
                    "failing": 240 - 26 * each,
                    "invalid_trace_rate": 0.026 - each / 1000,
                }
                for each in range(7)
            ]
        ),
    ),
    ("GET", "tenants/{name}/report", lambda _, named, *__: canned_reports.report(named["name"])),
    ("GET", "audit-log", lambda site, *_: _page_of(site.audit)),
    (
        "GET",
        "audit-log/verification",
        lambda *_: {"ok": True, "entries": 41, "last": None, "findings": [], "checked_at": canned.at()},
    ),
    ("GET", "traces/{name:.+}", lambda _, named, *__: canned_reports.trace_story(named["name"])),
]
