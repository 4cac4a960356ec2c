"""``/tenants``: how good each tenant's traces are, and its report (S0-67 … S0-80, S0-96, S0-167, S0-168)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.investigate.compare import Compared, compare_traces
from assay.agents.investigate.compared import compared_document
from assay.agents.investigate.failing import Asked as AskedTraces
from assay.agents.investigate.window_reader import silent
from assay.agents.report import Form, gather_evidence, hours_of, render, tallied_hours
from assay.agents.report.forms import Rendered
from assay.agents.stores.view_pages import Place
from assay.agents.stores.view_store import ViewUnavailableError
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.core.document import Json
from assay.pipeline.report.tenant import HourCounts, tenant_report, window_of
from assay.pipeline.views.quality import WINDOW_S, quality, window
from assay.pipeline.views.summary import summed

from ..access import Asked, asking
from ..answers import Pages, answer, may_fail
from ..cursors import list_name
from ..heavy import in_turn
from ..models import tenants as models
from ..problems import not_found
from ..rows import rows_answer
from ..since import Since, since_ns
from . import PREFIX

router = APIRouter(prefix=f"{PREFIX}/tenants", tags=["tenants"])

Looking = Annotated[Asked, Depends(asking(Scope.TENANTS, Role.TENANT))]
Named = Annotated[str, Path(min_length=1, max_length=200, description="The tenant's id.")]
MOST_TENANTS = 100_000
Counted = tuple[str, int, int]
"""A tenant, its traces and its failing ones."""
MOST_COMPARED = 2000
SUPPORT = 5


@router.get("", response_model=models.TenantList, responses=may_fail(), summary="List tenants")
async def list_tenants(
    *,
    asked: Looking,
    pages: Pages,
    hours: Annotated[int, Query(ge=1, le=29 * 24, description="Of the last hours.")] = 24,
) -> Response:
    """Those with most failing traces first; drills are left out. A tenant's key sees itself."""
    drill = (await asked.world.bundle()).drill.tenant
    steps = await asked.world.minutes.hours(asked.data, hours, drill)
    found = summed(summary for _, _, summary in steps).top_tenants(MOST_TENANTS)
    listed = list_name("tenants", hours, asked.caller.tenant)
    return rows_answer(found, pages, listed, place=_place, row=_row)


@router.get(
    "/{tenant}/quality",
    response_model=models.Quality,
    responses=may_fail(404),
    summary="Show a tenant's quality",
)
async def show_quality(
    asked: Looking,
    tenant: Named,
    window_s: Annotated[
        int, Query(ge=60, le=86_400, description="Of the last seconds, in whole minutes.")
    ] = WINDOW_S,
) -> Response:
    """The metrics of the last minutes: each trace counts once, by its verdict."""
    _own(asked, tenant)
    now_s = asked.world.now_s()
    found = quality(await asked.data.counts(window(now_s, window_s)), tenant=tenant)
    metrics = {metric.value: value for metric, value in found.items()}
    return answer({"tenant_id": tenant, "window_s": window_s, "metrics": metrics})


@router.get(
    "/{tenant}/patterns",
    response_model=models.Patterns,
    responses=may_fail(404),
    summary="Compare failing traces with passing ones",
)
async def show_patterns(
    asked: Looking,
    tenant: Named,
    fingerprint: Annotated[
        str, Query(pattern="^[0-9a-f]{16}$", description="The problem of the failing traces.")
    ],
    since: Since = "24h",
) -> Response:
    """What the traces with a problem have more often than passing ones of the same tenant and time (S0-96)."""
    _own(asked, tenant)
    world = asked.world
    wanted = AskedTraces(
        since_ns(since, world.clock.now_ns()), fingerprint=fingerprint, tenant=tenant, most=MOST_COMPARED
    )

    def compared() -> Compared:
        return compare_traces(world.settings, wanted, passing=MOST_COMPARED, support=SUPPORT, progress=silent)

    return answer(compared_document(await in_turn(world, compared), wanted))


@router.get(
    "/{tenant}/report",
    response_model=models.Report | models.RunEvent,
    responses={
        **may_fail(404),
        200: {
            "content": {
                "text/markdown": {},
                "text/html": {},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            },
            "description": "The report; as OpenLineage it is a run event with data-quality facets.",
        },
    },
    summary="Write a tenant's quality report",
)
async def write_report(
    asked: Looking,
    tenant: Named,
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
    since: Since = "24h",
) -> Response:
    """Score, problems with every trace that has them, what to do, what to know, how it develops (S0-168)."""
    _own(asked, tenant)
    world = asked.world
    now_ns = world.clock.now_ns()
    span = window_of(since_ns(since, now_ns) // NANOS_PER_SECOND, now_ns // NANOS_PER_SECOND)
    try:
        hours: list[HourCounts] | None = await hours_of(asked.data.counts, tenant, span)
    except ViewUnavailableError:
        hours = None

    def written() -> Rendered:
        counts = tallied_hours(world.settings, tenant, span) if hours is None else hours
        book = gather_evidence(world.settings, tenant, span)
        return render(tenant_report(tenant, span, counts, book, now_ns), form, world.settings)

    rendered = await in_turn(world, written)
    return Response(rendered.content, headers=dict(rendered.headers), media_type=rendered.media_type)


def _own(asked: Asked, tenant: str) -> None:
    """Another tenant is not there (DESIGN 9)."""
    if asked.caller.tenant not in {"", tenant}:
        raise not_found("tenant")


def _place(counted: Counted) -> Place:
    tenant, _, failing = counted
    return Place(failing, tenant)


def _row(counted: Counted) -> Json:
    tenant, traces, failing = counted
    rate = failing / traces if traces else 0.0
    return {"tenant_id": tenant, "traces": traces, "failing": failing, "invalid_trace_rate": rate}
