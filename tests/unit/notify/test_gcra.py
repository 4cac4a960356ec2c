"""S2-44, S2-45, OPERATIONS 5.1: ten messages a minute, twenty at once, for each receiver."""

from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.notify.gcra import Allowed, Gcra, Limited

SECOND = 1_000_000_000
LIMIT = Gcra(per_minute=10, burst=20)


def test_twenty_go_at_once_and_the_next_after_six_seconds() -> None:
    tat = 0
    now = 1_700_000_000 * SECOND
    for _ in range(20):
        decision = LIMIT.decide(tat, now)
        assert isinstance(decision, Allowed)
        tat = decision.tat_ns
    assert LIMIT.decide(tat, now) == Limited(now + 6 * SECOND)
    assert isinstance(LIMIT.decide(tat, now + 6 * SECOND), Allowed)


@given(
    st.lists(st.integers(0, 90 * SECOND), min_size=1, max_size=200), st.integers(1, 60), st.integers(1, 30)
)
def test_in_any_time_no_more_than_a_burst_and_the_rate_go(
    gaps: list[int], per_minute: int, burst: int
) -> None:
    limit = Gcra(per_minute, burst)
    now, tat = 10**18, 0
    went: list[int] = []
    for gap in gaps:
        now += gap
        match limit.decide(tat, now):
            case Allowed(tat_ns):
                tat = tat_ns
                went.append(now)
            case Limited(retry_at_ns):
                assert retry_at_ns > now
                assert isinstance(limit.decide(tat, retry_at_ns), Allowed)
    for first, begin in enumerate(went):
        for last in range(first, len(went)):
            elapsed = went[last] - begin
            assert last - first + 1 <= burst + elapsed / (60 * SECOND // per_minute)
    assert limit.replay(went) == tat
