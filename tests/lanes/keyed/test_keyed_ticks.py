"""Time as an input: a tick for every due time, once, whatever happens around it (D-12)."""

import asyncio

import pytest

from assay.agents.lanes import keyed_slot
from assay.pipeline.core.errors import UnknownOutcomeError

from .conftest import STATE, Site

CALLS = ["begin", "send", "commit"]


async def settle(site: Site, effects: int) -> None:
    """Until that many effects are there, and a few turns more for what should not be there."""
    await site.until(effects)
    await asyncio.sleep(0.02)


async def test_a_key_gets_its_tick_when_its_time_comes_and_not_before(site: Site) -> None:
    source = site.put("a", wake=[5000, 9000])
    await site.started()
    await settle(site, 1)
    assert site.effects() == [source]
    site.clock.advance(5e-6)
    await settle(site, 2)
    assert site.effects() == ["a/5000", source]
    site.clock.advance(1)
    await settle(site, 3)
    assert site.effects() == ["a/5000", "a/9000", source]


async def test_ticks_go_on_after_a_restart_and_none_is_repeated(site: Site) -> None:
    """Due times are a function of the state, so they come back with it."""
    site.put("a", wake=[2000, 5000])
    first = await site.started()
    site.clock.advance(1e-6)
    await site.until(2)
    await first.stop()
    site.clock.advance(1)
    await site.started()
    await settle(site, 3)
    assert [each for each in site.effects() if each.startswith("a/")] == ["a/2000", "a/5000"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", CALLS)
async def test_a_death_during_a_tick_repeats_no_tick_and_forgets_none(
    site: Site, call: str, after: bool
) -> None:
    """A tick has no offset that would say that it was done: its state does."""
    for number in range(6):
        site.put(f"key-{number}", wake=[5000])
    doomed = await site.started()
    await site.until_read(doomed)
    site.kill_at(call, after=after)
    site.clock.advance(1)
    await site.bury(doomed)
    await site.started()
    await settle(site, 12)
    ticked = [each for each in site.effects() if each.startswith("key")]
    assert ticked == [f"key-{number}/5000" for number in range(6)]


@pytest.mark.parametrize("after", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("call", CALLS)
async def test_a_tick_of_unknown_outcome_is_found_out(site: Site, call: str, after: bool) -> None:
    for number in range(6):
        site.put(f"key-{number}", wake=[5000])
    lane = await site.started()
    await site.until_read(lane)
    site.script.fail(call, UnknownOutcomeError("no answer"), after=after)
    site.clock.advance(1)
    await settle(site, 12)
    ticked = [each for each in site.effects() if each.startswith("key")]
    assert ticked == [f"key-{number}/5000" for number in range(6)]


async def test_a_tick_commits_no_offset(site: Site) -> None:
    """It read nothing."""
    site.put("a", wake=[5000])
    lane = await site.started()
    await site.until_read(lane)
    calls = len(site.script.calls)
    site.clock.advance(1)
    await site.until(2)
    assert site.script.calls[calls:][:3] == ["begin", "send", "commit"]


async def test_many_ticks_do_not_hold_records_up_nor_the_other_way_round(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wave of due times is worked off in bounded transactions with batches between them."""
    monkeypatch.setattr(keyed_slot, "TICKS", 3)
    site.settings = site.settings.model_copy(update={"slots": 1, "batch_records": 2})
    for number in range(12):
        site.put(f"key-{number}", wake=[5000])
    lane = await site.started()
    await site.until_read(lane)
    site.noted.batches.clear()
    site.clock.advance(1)
    site.put_many(8)
    await settle(site, 32)
    kinds = ["ticks" if count == 0 else "records" for count, _ in site.noted.batches if _]
    assert "records" in kinds[:2]
    assert kinds.count("ticks") == 4


async def test_a_tick_that_fails_is_set_aside_once_and_waits_for_the_next_change(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """An operator is told; the lane neither stops nor spins. 1007 is a time at which the step raises."""
    site.put("bad", wake=[1007])
    site.put("good", wake=[1010])
    await site.started()
    site.clock.advance(1)
    await settle(site, 4)
    (refused,) = site.refused()
    headers = dict(refused.headers)
    assert headers["__dlq.errors.topic"] == STATE.value.encode()
    assert (headers["__dlq.errors.message"] or b"").startswith(
        b"count: tick_failed (RuntimeError at conftest.py:"
    )
    assert "good/1010" in site.effects()
    assert "secret" not in caplog.text
    site.put("bad", add=1)  # its state changes, and it is asked again
    await settle(site, 6)
    assert len(site.refused()) == 2


async def test_a_tick_that_wants_another_one_at_once_is_not_repeated_for_ever(site: Site) -> None:
    """1008 is a time at which the step changes nothing."""
    site.put("still", wake=[1008])
    await site.started()
    site.clock.advance(1)
    await settle(site, 2)
    (refused,) = site.refused()
    assert dict(refused.headers)["__dlq.errors.message"] == b"count: tick_stands_still"
