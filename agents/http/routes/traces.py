"""``/traces``: what became of one trace, whichever topics say so."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.investigate.trail import follow
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.core.record import Source
from assay.pipeline.investigate.story import Story
from assay.pipeline.investigate.told import Chapter

from ..access import Asked, asking
from ..answers import answer, may_fail
from ..models import traces as models
from ..problems import not_found
from ..times import Time, ns_at
from . import PREFIX

router = APIRouter(prefix=f"{PREFIX}/traces", tags=["traces"])
Looking = Annotated[Asked, Depends(asking(Scope.TRACES, Role.TENANT))]
DAY_NS = 86_400 * NANOS_PER_SECOND
PEOPLES_SIDE = frozenset(
    {Chapter.TASK, Chapter.ESCALATION, Chapter.NOTIFICATION, Chapter.AUDIT, Chapter.GROUP}
)
"""Chapters that a tenant is not told: who was called, and what people did and wrote."""

_STORY: dict[str, Any] = {"response_model": models.StoryDocument, "responses": may_fail(404)}


@router.get("/{trace_id}", summary="The story of a trace by its id", **_STORY)
async def by_id(
    asked: Looking,
    trace_id: Annotated[str, Path(min_length=1, max_length=500)],
    since: Time = None,
) -> Response:
    """There is no index of ids: windows of time are searched, the youngest first, back to `since` (a day).

    It takes seconds, and few may search at the same time: 429 asks to come again.
    """
    return await _story(asked, trace_id, since)


@router.get("/{topic}/{partition}/{offset}", summary="The story of a trace by its raw record", **_STORY)
async def by_source(
    asked: Looking,
    topic: Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,249}$")],
    partition: Annotated[int, Path(ge=0, le=2**31 - 1)],
    offset: Annotated[int, Path(ge=0, le=2**63 - 1)],
    since: Time = None,
) -> Response:
    """A raw record's place is found at once."""
    return await _story(asked, str(Source(topic, partition, offset)), since)


async def _story(asked: Asked, named: str, since: str | None) -> Response:
    world = asked.world
    now_ns = world.clock.now_ns()
    since_ns = ns_at("since", since)
    async with world.searches.one():
        story = await asyncio.to_thread(
            follow,
            world.settings,
            named,
            tenant=asked.data.tenant,
            since_ns=now_ns - DAY_NS if since_ns is None else since_ns,
            now_ns=now_ns,
            progress=lambda _stage, _done, _of: None,
        )
    if not story.tries:
        raise not_found("trace in that time")
    return answer(_for(asked, story).document())


def _for(asked: Asked, story: Story) -> Story:
    if not asked.data.tenant:
        return story
    return replace(story, told=tuple(each for each in story.told if each.chapter not in PEOPLES_SIDE))
