"""``/quarantine``: what is contained, until when, and how it gets out (DESIGN 8, 9)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.quarantine import open_contained, readable
from assay.agents.replay.desk import ask, job_id, plain_act
from assay.agents.stores.view_reader import Shown
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import Source
from assay.pipeline.replay import Command, Origin, ReplayFilter, ReplayRequest, Verb
from assay.pipeline.views.quarantined import KEPT_MS

from ..access import Asked, asking
from ..answers import Pages, answer, may_fail, page_answer
from ..cursors import list_name
from ..models import quarantine as models
from ..models.common import Change
from ..once import Telling, ToAgent
from ..opening import keys_of, require_opening
from ..problems import invalid, not_found
from ..shapes.quarantine import contained_row
from ..shapes.replays import job_answer
from ..times import Time, millis_at
from ..wanted import any_of
from . import PREFIX, SOURCE

router = APIRouter(prefix=f"{PREFIX}/quarantine", tags=["quarantine"])

Looking = Annotated[Asked, Depends(asking(Scope.QUARANTINE, Role.TENANT))]
Working = Annotated[Asked, Depends(asking(Scope.QUARANTINE, Role.OPERATOR))]
ONE = "/{topic}/{partition}/{offset}"
"""The first try of a trace: its name here."""


async def _origin(
    topic: Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,249}$")],
    partition: Annotated[int, Path(ge=0, le=2**31 - 1)],
    offset: Annotated[int, Path(ge=0, le=2**63 - 1)],
) -> Source:
    return Source(topic, partition, offset)


Named = Annotated[Source, Depends(_origin)]


@router.get("", response_model=models.ContainedList, responses=may_fail(), summary="List contained traces")
async def list_contained(
    *,
    asked: Looking,
    pages: Pages,
    tenant: Annotated[str | None, Query(max_length=200)] = None,
    code: Annotated[str | None, Query(max_length=100, description="Of any of its issues.")] = None,
    fingerprint: Annotated[str | None, Query(max_length=64)] = None,
    severity: Annotated[list[Severity] | None, Query(description="One of these.")] = None,
    topic: Annotated[str | None, Query(max_length=249, description="Of the raw record.")] = None,
    source: Annotated[
        str | None, Query(max_length=300, description="topic/partition/offset of the first try.")
    ] = None,
    since: Time = None,
    until: Time = None,
) -> Response:
    """The newest first, by when they were contained. All filters must fit. Nothing is opened."""
    if source is not None:
        found = await asked.data.one_contained(source)
        return answer({"items": [] if found is None else [contained_row(found)], "next_cursor": None})
    wanted = [
        *any_of("tenant", tenant),
        *any_of("code", code),
        *any_of("fingerprint", fingerprint),
        *any_of("severity", severity),
        *any_of("topic", topic),
    ]
    now_ms = asked.world.clock.now_ns() // NANOS_PER_MILLI
    # What is past its time is not there, even before it is removed.
    oldest = max(now_ms - KEPT_MS, millis_at("since", since) or 0)
    listed = list_name("quarantine", wanted, since, until, asked.caller.tenant)
    cut = pages.cut(listed, oldest=oldest, newest=millis_at("until", until))
    return page_answer(await asked.data.contained(wanted, cut), listed, contained_row)


@router.post(
    "/release",
    response_model=models.Job,
    responses={**may_fail(409), 202: {"model": models.Job, "description": "Nobody has answered yet."}},
    summary="Release contained traces by a filter",
)
async def release_many(asked: Working, told: ToAgent, body: models.ReleaseMany) -> Response:
    """Let all that fit go through traces.raw and every detector once more. What still fails is contained again."""
    wanted = ReplayFilter(body.tenant, body.code, body.fingerprint, body.severity)
    if wanted == ReplayFilter():
        raise invalid("body", "names no traces", "Fill in tenant, code, fingerprint or severity")
    return await _release(asked, told, wanted, body)


@router.get(
    ONE,
    response_model=models.Contained,
    responses=may_fail(404),
    summary="Show a contained trace",
)
async def show_contained(asked: Looking, origin: Named) -> Response:
    """What is known of it; it stays sealed."""
    return answer(contained_row(await _contained(asked, origin)))


@router.post(
    f"{ONE}/open",
    response_model=models.Opened,
    responses=may_fail(404, 409, 410),
    summary="Open a contained trace",
)
async def open_one(asked: Working, origin: Named, body: Change) -> Response:
    """Show it as it came, to those who may see traces (scope `open`); the audit log holds who and why before."""
    require_opening(asked)
    found = await _contained(asked, origin)
    world = asked.world
    payload = await open_contained(
        world.settings,
        found,
        world.audit,
        keys_of(asked),
        world.clock,
        actor=asked.caller.account,
        reason=body.reason,
    )
    return answer({"origin": found.id, "tenant": found.document["tenant"], **readable(payload)})


@router.post(
    f"{ONE}/release",
    response_model=models.Job,
    responses={**may_fail(404, 409), 202: {"model": models.Job, "description": "Nobody has answered yet."}},
    summary="Release a contained trace",
)
async def release_one(asked: Working, origin: Named, told: ToAgent, body: models.Release) -> Response:
    """Let it go through traces.raw and every detector once more, under today's bundle."""
    found = await _contained(asked, origin)
    return await _release(asked, told, ReplayFilter(sources=frozenset({Source.parse(found.id)})), body)


async def _contained(asked: Asked, origin: Source) -> Shown:
    if (found := await asked.data.one_contained(str(origin))) is None:
        raise not_found("contained trace")
    return found


async def _release(asked: Asked, told: Telling, wanted: ReplayFilter, body: models.Release) -> Response:
    async def work() -> tuple[int, Json]:
        world, caller = asked.world, asked.caller
        at = world.now()
        request = ReplayRequest(wanted, (Origin.QUARANTINE,), body.rate)
        command = Command(job_id(request, caller.name, at), Verb.START, caller.name, body.reason, at, request)
        note = world.noting(caller)

        async def note_both() -> None:
            await note(Act(caller.name, "quarantine.release", command.job, body.reason, at))
            await note(plain_act(command))

        return job_answer(command, await ask(world.settings, command, told.wait_s, note_both, SOURCE))

    return await told.once(asked, work)
