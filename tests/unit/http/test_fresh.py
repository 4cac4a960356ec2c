"""What many look at is read once in a moment, and never given to somebody else."""

import pytest

from assay.agents.http.fresh import MOST_KEPT, Fresh
from assay.agents.stores.view_store import ViewUnavailableError
from assay.pipeline.testing import FakeClock

from .conftest import NOW_NS


async def test_an_answer_is_read_again_when_its_moment_is_over() -> None:
    clock, reads = FakeClock(NOW_NS), list[int]()
    fresh = Fresh(clock)

    async def read() -> int:
        reads.append(1)
        return len(reads)

    assert [await fresh.of("a", 2.0, read) for _ in range(3)] == [1, 1, 1]
    assert await fresh.of("b", 2.0, read) == 2
    clock.advance(2)
    assert await fresh.of("a", 2.0, read) == 3


async def test_what_could_not_be_read_is_not_kept() -> None:
    fresh = Fresh(FakeClock(NOW_NS))

    async def away() -> int:
        raise ViewUnavailableError("away")

    async def back() -> int:
        return 1

    with pytest.raises(ViewUnavailableError):
        await fresh.of("a", 2.0, away)
    assert await fresh.of("a", 2.0, back) == 1


async def test_questions_without_end_cost_no_memory_without_end() -> None:
    fresh = Fresh(FakeClock(NOW_NS))

    async def read() -> int:
        return 1

    for number in range(3 * MOST_KEPT):
        await fresh.of(number, 2.0, read)
    assert len(fresh._kept) <= MOST_KEPT
