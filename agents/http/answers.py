"""Answers as JSON, and lists of them."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import Depends, Query, Response
from pydantic import BaseModel

from assay.agents.stores.view_pages import MOST, PageOf
from assay.agents.stores.view_reader import Shown

from .cursors import cursor_of, place_of
from .repository import Cut

DEFAULT_LIMIT = 50


def answer(document: object, status: int = 200) -> Response:
    """A document on the wire."""
    return Response(orjson.dumps(document), status, media_type="application/json")


class Paging(NamedTuple):
    """Which page of a list is wanted."""

    limit: int
    cursor: str | None

    def cut(self, listed: str, *, oldest: int = 0, newest: int | None = None) -> Cut:
        """The same for the repository. Raises ``HttpProblem`` for a cursor of another list."""
        return Cut(self.limit, oldest, newest, place_of(self.cursor, listed))


async def _paging(
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None,
        Query(min_length=1, max_length=1024, description="`next_cursor` of the page before, as it came."),
    ] = None,
) -> Paging:
    return Paging(limit, cursor)


Pages = Annotated[Paging, Depends(_paging)]
"""The parameters of every list."""


def page_answer(page: PageOf, listed: str, row: Callable[[Shown], Any]) -> Response:
    """A page of a list. A page may be short, or empty, and not be the last: ``next_cursor`` says so."""
    items = [row(each) for each in page.shown]
    return answer({"items": items, "next_cursor": cursor_of(page.after, listed)})


def on_its_way(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The answer 202, for OpenAPI."""
    return {202: {"model": model, "description": "It is on its way; the agent has not answered."}}


def may_fail(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may end with, for OpenAPI; those of every route are among them."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    words = {
        401: "A key is needed, or the key is not good.",
        403: "This key may not do that.",
        404: "There is no such thing, or it is another tenant's.",
        409: "Refused as things stand; the detail says why.",
        410: "The tenant's key was destroyed: nobody can open it.",
        413: "More than is taken in one request.",
        422: "The request is not valid; `errors` says where.",
        429: "Too often: wait for `Retry-After` seconds.",
        503: "Kafka or Redis is away; nothing was done.",
    }
    found = sorted({401, 403, 422, 429, 503, *statuses})
    return {status: {"description": words[status], "content": content} for status in found}
