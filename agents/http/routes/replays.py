"""``/replays``: failing traces once more through every detector, as jobs (DESIGN 8)."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.replay.desk import ask, job_id, plain_act
from assay.agents.replay.documents import job_document
from assay.agents.replay.planning import document_of, make_plan
from assay.agents.replay.predict import Plan, read_book
from assay.agents.replay.run import TooManyError
from assay.agents.replay.shelf import KafkaShelf
from assay.agents.stores.view_pages import Place
from assay.agents.topics import topic_name
from assay.pipeline.core.clock import NANOS_PER_MILLI, ns_of
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.replay import (
    Arrival,
    Command,
    Job,
    Origin,
    ReplayBook,
    ReplayFilter,
    ReplayRequest,
    Status,
    Verb,
)

from ..access import Asked, asking
from ..answers import Pages, answer, may_fail
from ..cursors import list_name
from ..heavy import in_turn
from ..models import quarantine as job_models
from ..models import replays as models
from ..models.common import Change
from ..once import Telling, ToAgent
from ..problems import HttpProblem, Kind, invalid, not_found
from ..rows import rows_answer
from ..shapes.replays import job_answer
from . import PREFIX, SOURCE

router = APIRouter(prefix=f"{PREFIX}/replays", tags=["replays"])

Looking = Annotated[Asked, Depends(asking(Scope.REPLAYS))]
Working = Annotated[Asked, Depends(asking(Scope.REPLAYS, Role.OPERATOR))]
Named = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="The job's id.")]
_TOLD: dict[int | str, dict[str, Any]] = {
    202: {"model": job_models.Job, "description": "Nobody has answered yet; it is on its way."}
}


@router.post("/plan", response_model=models.Plan, responses=may_fail(409, 413), summary="Plan a replay")
async def plan(asked: Working, body: models.Request) -> Response:
    """Say what a replay would do, and what would become of the traces under the bundle in use. Writes nothing."""
    world = asked.world
    request = request_of(body)
    bundle = await world.bundle()
    now_ns = world.clock.now_ns()

    def planned() -> Plan:
        # A loop of its own: every trace is judged, and this one has others to answer.
        return asyncio.run(make_plan(world.settings, bundle, request, now_ns))

    try:
        return answer(document_of(await in_turn(world, planned)))
    except TooManyError:
        raise HttpProblem(
            Kind.REFUSED, "more traces match than one job may have: narrow the filter"
        ) from None


@router.post(
    "", response_model=job_models.Job, responses={**may_fail(409, 413), **_TOLD}, summary="Start a replay"
)
async def start(asked: Working, told: ToAgent, body: models.Start) -> Response:
    """Let traces go through traces.raw and every detector once more; each only while its last outcome is a failing one."""
    request = request_of(body)
    if body.arrival:
        request = _awaiting(request, body.arrival)

    async def work() -> tuple[int, Json]:
        at, actor = asked.world.now(), asked.caller.name
        command = Command(job_id(request, actor, at), Verb.START, actor, body.reason, at, request)
        return await _tell(asked, told, command)

    return await told.once(asked, work)


@router.get("", response_model=models.JobList, responses=may_fail(), summary="List replay jobs")
async def list_jobs(
    *,
    asked: Looking,
    pages: Pages,
    status: Annotated[list[Status] | None, Query(description="One of these; may be repeated.")] = None,
) -> Response:
    """All that the topic of replays remembers, the newest first."""
    wanted = frozenset(status or Status)
    jobs = [job for job in (await _book(asked)).jobs.values() if job.status in wanted]
    listed = list_name("replays", sorted(wanted))
    return rows_answer(jobs, pages, listed, place=_place, row=_document)


@router.get("/{job}", response_model=models.JobDocument, responses=may_fail(404), summary="Show a replay job")
async def show_job(asked: Looking, job: Named) -> Response:
    """How far it is, and what became of its traces."""
    return answer(_document(_job(await _book(asked), job)))


@router.post("/{job}/pause", response_model=job_models.Job, responses={**may_fail(404, 409, 413), **_TOLD})
async def pause(asked: Working, job: Named, told: ToAgent, body: Change) -> Response:
    """Hold a running job; what is being written is finished."""
    return await _change(asked, told, Verb.PAUSE, job, body.reason)


@router.post("/{job}/resume", response_model=job_models.Job, responses={**may_fail(404, 409, 413), **_TOLD})
async def resume(asked: Working, job: Named, told: ToAgent, body: Change) -> Response:
    """Let a paused job go on where it was."""
    return await _change(asked, told, Verb.RESUME, job, body.reason)


@router.post("/{job}/cancel", response_model=job_models.Job, responses={**may_fail(404, 409, 413), **_TOLD})
async def cancel(asked: Working, job: Named, told: ToAgent, body: Change) -> Response:
    """End a job; what was replayed stays replayed."""
    return await _change(asked, told, Verb.CANCEL, job, body.reason)


def request_of(body: models.Request) -> ReplayRequest:
    """The request that a body makes. Raises ``HttpProblem`` for repaired traces: those are taken back by undoing a rule."""
    if Origin.REMEDIATED in body.origins:
        raise invalid("origins", "has a word that is not for replays", "Use quarantine and dead_letter")
    wanted = body.filter
    return ReplayRequest(
        ReplayFilter(
            wanted.tenant,
            wanted.code,
            wanted.fingerprint,
            wanted.severity,
            _time("filter.since", wanted.since),
            _time("filter.until", wanted.until),
            frozenset(map(Source.parse, wanted.sources)),
        ),
        tuple(dict.fromkeys(body.origins)),
        body.rate_per_s,
        body.hop_limit,
        body.force,
        body.only_passing,
    )


def _time(key: str, text: str | None) -> str:
    try:
        return "" if text is None else text if ns_of(text) >= 0 else ""
    except ValueError:
        raise invalid(key, "is no time", "Write it as 2026-05-04T09:30:00.000000000Z") from None


def _awaiting(request: ReplayRequest, schema: str) -> ReplayRequest:
    try:
        arrival = Arrival.parse(schema)
    except ValueError:
        raise invalid("arrival", "is no subject@version", "Name the schema that is waited for") from None
    code = request.filter.code or IssueCode.SCHEMA_VERSION_UNKNOWN.value
    return replace(request, filter=replace(request.filter, code=code), arrival=arrival)


async def _change(asked: Asked, told: Telling, verb: Verb, job: str, reason: str) -> Response:
    async def work() -> tuple[int, Json]:
        _job(await _book(asked), job)
        command = Command(job, verb, asked.caller.name, reason, asked.world.now())
        return await _tell(asked, told, command)

    return await told.once(asked, work)


async def _tell(asked: Asked, told: Telling, command: Command) -> tuple[int, Json]:
    world = asked.world
    note = partial(world.noting(asked.caller), plain_act(command))
    return job_answer(command, await ask(world.settings, command, told.wait_s, note, SOURCE))


async def _book(asked: Asked) -> ReplayBook:
    shelf = KafkaShelf(asked.world.settings)
    await shelf.start()
    try:
        return await read_book(shelf, topic_name(TopicRole.REPLAYS, asked.world.settings.topic_prefix))
    finally:
        await shelf.stop()


def _job(book: ReplayBook, named: str) -> Job:
    if (job := book.jobs.get(named)) is None:
        raise not_found("replay job")
    return job


def _document(job: Job) -> Json:
    """A job. Of an edit, its kind and its rule: a patch is sealed, and long."""
    document = job_document(job)
    request = dict(document["request"])
    if isinstance(edit := request.get("edit"), dict):
        request["edit"] = {name: part for name, part in edit.items() if name in {"kind", "rule"}}
    return {**document, "request": request, "replayed": job.replayed}


def _place(job: Job) -> Place:
    try:
        return Place(ns_of(job.started_at) // NANOS_PER_MILLI, job.job)
    except ValueError:
        return Place(0, job.job)
