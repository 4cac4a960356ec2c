"""Too many of one group within an hour (S0-183, D-13)."""

from .conftest import World

VOLUME = ("step", "volume")


def fired(world: World) -> list[tuple[str, str, int]]:
    return [said for said in world.said() if said[:2] == VOLUME]


def test_more_than_ten_within_an_hour_call_management_in_these_words(world: World) -> None:
    world.issues(10, severity="low")
    assert not fired(world)
    (effect,) = world.issues(1)
    assert effect.trigger.reason == "High volume of similar issues: 11"
    assert effect.trigger.escalation_level == "management"
    assert effect.event_id == "0123456789abcdef/volume@1/0/1"


def test_it_is_said_once_in_a_window_not_once_for_each_issue(world: World) -> None:
    """D-13: eleven issues are one escalation."""
    world.issues(11, severity="low")
    for _ in range(59):
        world.wait(1)
        world.issues(30)
    assert len(fired(world)) == 1
    world.wait(1)
    world.issues(1)
    assert len(fired(world)) == 2


def test_an_old_burst_is_not_told_again_in_the_next_window(world: World) -> None:
    world.issues(11, severity="low")
    world.wait(1)
    world.issues(500)
    world.wait(61)
    world.group(status="triaged")
    assert len(fired(world)) == 1


def test_ten_an_hour_for_ever_are_no_burst(world: World) -> None:
    for _ in range(20):
        world.issues(10, severity="low")
        world.wait(60)
    assert not fired(world)


def test_a_burst_that_ended_before_the_agent_came_back_calls_nobody(world: World) -> None:
    world.minutes[world.now_ns // 60_000_000_000] = 500
    world.now_ns += 2 * 3600 * 1_000_000_000
    world.group(severity="low", count=500)
    assert not fired(world)


def test_a_lost_transaction_does_not_say_it_twice(world: World) -> None:
    world.lose = 2
    world.issues(11, severity="low")
    world.issues(11)
    assert len(fired(world)) == 1
