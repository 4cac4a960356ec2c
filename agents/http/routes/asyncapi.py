"""``/asyncapi.json``: what stands on the topics, in the names of this environment; without a key, as ``/openapi.json``."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from assay.agents.asyncapi import asyncapi

from ..access import world_of
from ..answers import answer

router = APIRouter(tags=["health"])


@router.get(
    "/asyncapi.json",
    response_model=dict[str, Any],
    openapi_extra={"security": []},
    summary="Describe the topics",
)
async def describe_topics(request: Request) -> Response:
    """The AsyncAPI 3.0 document: topics, messages with their schemas, and who reads and writes them."""
    return answer(await asyncio.to_thread(asyncapi, world_of(request).settings.topic_prefix))
