"""Pages of lists that are at hand as a whole: they are cut here, with the same cursors as those of views."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from fastapi import Response

from assay.agents.stores.view_pages import Place
from assay.pipeline.core.document import Json

from .answers import Paging, answer
from .cursors import cursor_of, place_of

T = TypeVar("T")


def rows_answer(
    rows: Iterable[T],
    pages: Paging,
    listed: str,
    *,
    place: Callable[[T], Place],
    row: Callable[[T], Json],
) -> Response:
    """A page of ``rows``, the highest place first; places are unique. Raises ``HttpProblem`` for another list's cursor."""
    after = place_of(pages.cursor, listed)
    ordered = sorted(((place(each), each) for each in rows), key=lambda pair: pair[0], reverse=True)
    behind = [pair for pair in ordered if after is None or pair[0] < after]
    page = behind[: pages.limit]
    more = page[-1][0] if len(behind) > len(page) else None
    return answer({"items": [row(each) for _, each in page], "next_cursor": cursor_of(more, listed)})
