"""What a slot knows: the last state of every key, and the due times of those alone."""

from hypothesis import given
from hypothesis import strategies as st

from assay.agents.lanes import keyed_state
from assay.agents.lanes.keyed_state import KeyedState, Place
from assay.pipeline.core.record import RawRecord

places = st.builds(Place, st.integers(0, 2), st.sampled_from([b"a", b"b", b"c"]))
states = st.none() | st.integers(0, 30).map(lambda due: b"%d" % due)


def due_of(state: bytes) -> int | None:
    """A state is its due time; 0 wants none, 13 cannot be read."""
    due = int(state)
    if due == 13:
        raise ValueError
    return due or None


@given(st.lists(st.lists(st.tuples(places, states), max_size=4)), st.integers(0, 30), st.integers(1, 5))
def test_due_keys_are_those_of_the_last_states_the_longest_waiting_first(
    commits: list[list[tuple[Place, bytes | None]]], now: int, most: int
) -> None:
    """D-12: no tick for what is no longer wanted, none forgotten."""
    state, model = KeyedState(due_of), dict[Place, bytes]()
    for changes in commits:
        state.apply(dict(changes))
        for place, value in dict(changes).items():
            if value is None:
                model.pop(place, None)
            else:
                model[place] = value
    assert dict(state.items()) == model
    wanted = sorted((int(value), place) for place, value in model.items() if value not in (b"0", b"13"))
    assert state.next_due() == (wanted[0][0] if wanted else None)
    expected = [place for due, place in wanted if due <= now][:most]
    assert state.due_by(now, most) == expected
    assert state.due_by(now, most) == expected  # until they change


@given(st.lists(st.tuples(places, states)))
def test_what_is_read_back_is_what_was_applied(changes: list[tuple[Place, bytes | None]]) -> None:
    applied, restored = KeyedState(due_of), KeyedState(due_of)
    for place, value in changes:
        applied.apply({place: value})
    restored.read_back([RawRecord("t", place.partition, 0, 0, place.key, value) for place, value in changes])
    restored.plan_ticks()
    assert dict(restored.items()) == dict(applied.items())
    assert restored.next_due() == applied.next_due()


def test_a_muted_key_is_not_due_until_it_changes() -> None:
    state, place = KeyedState(due_of), Place(0, b"a")
    state.apply({place: b"5"})
    state.mute(place)
    assert state.next_due() is None
    state.apply({place: b"6"})
    assert state.next_due() == 6


def test_a_due_time_that_moves_with_every_record_does_not_fill_the_memory() -> None:
    state, place = KeyedState(due_of), Place(0, b"a")
    for due in range(100, 10_000):
        state.apply({place: b"%d" % due})
    assert len(state._heap) < 2 * keyed_state.SPARE_ENTRIES
    assert state.next_due() == 9999


def test_a_key_that_is_planned_twice_for_the_same_time_is_due_once() -> None:
    state, place = KeyedState(due_of), Place(0, b"a")
    for due in (b"5", b"6", b"5"):
        state.apply({place: due})
    assert state.due_by(10, 10) == [place]
