"""``/rules``: remediation rules, how much they are trusted, what they did, and what they would do (S0-124 … S0-144)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response

from assay.agents.api_keys.role import Scope
from assay.agents.receipt_list import Found, Wanted, look_up, receipt_document
from assay.agents.rule_preview import Preview, Previewer
from assay.agents.stores.view_pages import Place
from assay.pipeline.core.clock import NANOS_PER_MILLI, ns_of, rfc3339
from assay.pipeline.core.headers import SUBJECT, kept
from assay.pipeline.core.record import Headers
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.remediation_rule import RemediationRule, RuleBook
from assay.pipeline.remediate import Effort
from assay.pipeline.remediate import Scope as RepairScope
from assay.pipeline.report import Place as FilePlace
from assay.pipeline.report import offline_bundle
from assay.pipeline.views.buckets import HOUR_S, hour_bucket

from ..access import Asked, asking
from ..answers import Pages, answer, may_fail
from ..cursors import list_name
from ..heavy import in_turn
from ..models import rules as models
from ..problems import HttpProblem, Kind, invalid, not_found
from ..raw_traces import open_raw
from ..rows import rows_answer
from ..shapes.rules import preview_answer, rule_row, tries_of
from ..since import Since, since_ns
from . import PREFIX

router = APIRouter(prefix=f"{PREFIX}/rules", tags=["rules"])

Looking = Annotated[Asked, Depends(asking(Scope.RULES))]
Named = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,100}$", description="The rule's name.")]
LATELY_HOURS = 24


@router.get("", response_model=models.RuleList, responses=may_fail(), summary="List remediation rules")
async def list_rules(asked: Looking) -> Response:
    """The rules of the bundle in use, in the order in which they work, and how well each does."""
    bundle = await asked.world.bundle()
    return answer(
        {"items": await _rows(asked, bundle, RuleBook(bundle.remediation_rules).rules), "next_cursor": None}
    )


@router.get(
    "/{name}", response_model=models.RuleDocument, responses=may_fail(404), summary="Show a remediation rule"
)
async def show_rule(asked: Looking, name: Named) -> Response:
    """A rule as it was written, and how well it does."""
    bundle = await asked.world.bundle()
    rule = _rule(bundle, name)
    (row,) = await _rows(asked, bundle, [rule])
    return answer({**row, "document": rule.document})


@router.get(
    "/{name}/receipts",
    response_model=models.ReceiptList,
    responses=may_fail(404),
    summary="List what a rule did",
)
async def list_receipts(
    *,
    asked: Looking,
    name: Named,
    pages: Pages,
    trace: Annotated[str, Query(max_length=300, description="A trace's id, or topic/partition/offset.")] = "",
    tenant: Annotated[str, Query(max_length=200)] = "",
    since: Since = "7d",
) -> Response:
    """The last first. Where it changed a trace is told, what stood there is sealed."""
    _rule(await asked.world.bundle(), name)
    at = rfc3339(since_ns(since, asked.world.clock.now_ns()))
    found = await in_turn(asked.world, look_up, asked.world.settings, Wanted(name, trace, tenant, at))
    listed = list_name("receipts", name, trace, tenant, since)
    return rows_answer(
        found.found, pages, listed, place=_place, row=lambda each: receipt_document(each, found)
    )


@router.post(
    "/{name}/preview",
    response_model=models.PreviewAnswer,
    responses=may_fail(404, 410, 413),
    summary="Show what a rule would make of a trace",
)
async def preview(asked: Looking, name: Named, body: models.PreviewRequest) -> Response:
    """The patch, its inverse, and what all detectors say before and after. Nothing is written but who opened what."""
    bundle = await asked.world.bundle()
    _rule(bundle, name)
    value, headers, tenant = await _trace(asked, bundle, body)

    def previewed() -> Preview:
        offline = offline_bundle(bundle, body.subject, body.tenant or tenant)
        effort = Effort.PROPOSAL if body.propose else Effort.AUTOMATIC
        scope = RepairScope.ALL if body.all_issues else RepairScope.BLOCKING
        previewer = Previewer(offline, effort, scope, name)
        return previewer(FilePlace("request", None), value, headers, asked.world.clock.now_ns())

    return answer(preview_answer(await asyncio.to_thread(previewed), value))


async def _rows(asked: Asked, bundle: Bundle, rules: Sequence[RemediationRule]) -> list[dict[str, Any]]:
    now_s = asked.world.now_s()
    buckets = [hour_bucket(now_s - age * HOUR_S) for age in range(LATELY_HOURS)]
    trust = await asked.world.standings.of(bundle)
    tries = tries_of(await asked.data.rule_counts(buckets))
    return [rule_row(rule, trust, tries) for rule in rules]


def _rule(bundle: Bundle, name: str) -> RemediationRule:
    if (rule := bundle.remediation_rules.get(name)) is None:
        raise not_found("remediation rule")
    return rule


def _place(found: Found) -> Place:
    number = found.document.get("number")
    named = f"{found.document.get('repair_id')}/{number if isinstance(number, int) else 0:04}/{found.rule_id}"
    return Place(_millis(found.at), named)


def _millis(at: str) -> int:
    try:
        return ns_of(at) // NANOS_PER_MILLI
    except ValueError:
        return 0


async def _trace(
    asked: Asked, bundle: Bundle, body: models.PreviewRequest
) -> tuple[bytes, Headers, str | None]:
    """The trace's bytes, its headers, and whose it is by its topic."""
    given = body.model_fields_set & {"trace", "text", "source"}
    if len(given) != 1:
        raise invalid("body", "names no trace, or more than one", "Give one of trace, text and source")
    if body.source is not None:
        raw = await open_raw(asked, bundle, body.source, body.reason)
        headers: Headers = kept(raw.record.headers)
        if body.subject is not None:
            headers = [*((n, v) for n, v in headers if n != SUBJECT), (SUBJECT, body.subject.encode())]
        return raw.record.value or b"", headers, raw.tenant
    subject: Headers = () if body.subject is None else ((SUBJECT, body.subject.encode()),)
    if body.text is not None:
        return body.text.encode(), subject, None
    try:
        return orjson.dumps(body.trace), subject, None
    except TypeError:  # an integer of more than 64 bits
        raise HttpProblem(Kind.INVALID, "the trace cannot be written as JSON: give it as text") from None
