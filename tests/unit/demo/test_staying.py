"""The traffic that goes on while the demo stays."""

from itertools import islice

from assay.agents.demo.staying import AT_ONCE, SEED, VERSION, traffic
from assay.agents.demo.story import FOR_A_PERSON, make_story
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.testing import FakeClock

NOW_NS = 1_767_323_045 * NANOS_PER_SECOND


def test_the_problem_for_a_person_comes_first() -> None:
    """So that there is something to put right from the beginning."""
    clock = FakeClock(NOW_NS)
    first = [*islice(traffic(clock, lambda: False), FOR_A_PERSON)]
    _, *for_a_person = make_story(SEED, NOW_NS, VERSION).load.items
    assert [each.value for each in first] == [each.value for each in for_a_person]


def test_it_comes_from_another_version_than_the_demos_own() -> None:
    """The breaker is per producer version: it must not have seen half of what opens it already."""
    ours = b'"version":"%b"' % VERSION.encode()
    traces = [*islice(traffic(FakeClock(NOW_NS), lambda: False), FOR_A_PERSON)]
    assert all(ours in (each.value or b"") for each in traces)
    assert not any(ours in (each.value or b"") for each in make_story(SEED, NOW_NS).load.items)


def test_traces_are_always_of_now() -> None:
    """A demo that stays for a week publishes no stale traces."""
    clock = FakeClock(NOW_NS)
    stream = traffic(clock, lambda: False)
    [*islice(stream, FOR_A_PERSON + AT_ONCE)]
    clock.advance(7 * 86_400)
    later = [*islice(stream, 20)]
    assert sum(b"2026-01-09" in (each.value or b"") for each in later) > 15


def test_it_ends_when_it_is_over() -> None:
    clock = FakeClock(NOW_NS)
    assert len([*traffic(clock, lambda: True)]) == FOR_A_PERSON
