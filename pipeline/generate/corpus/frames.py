"""The documents around the values: a few shapes that traces have."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from ...core.document import Json
from .case import Half
from .clean import clean_text, clean_value

Member = tuple[str, Json]
Place = tuple[str | int, ...]
Framed = tuple[Json, list[Place]]


def frame(rng: Random, half: Half, members: Sequence[Member]) -> Framed:
    """A document that has the members, and where the object of each one is."""
    return rng.choice(_FRAMES)(rng, half, members)


def _steps(rng: Random, half: Half, members: Sequence[Member]) -> Framed:
    steps: list[Json] = []
    places: list[Place] = []
    for number, member in enumerate(members):
        side = rng.choice(("inputs", "outputs"))
        steps.append({"step_id": f"s{number + 1}", "status": "completed", side: dict([member])})
        places.append(("steps", number, side))
    return {"workflow_id": "order-routing", "steps": steps, "metrics": dict([clean_value(rng, half)])}, places


def _messages(rng: Random, half: Half, members: Sequence[Member]) -> Framed:
    messages: list[Json] = [{"role": "system", "content": clean_text(rng, half)}]
    places: list[Place] = []
    for member in members:
        places.append(("messages", len(messages)))
        messages.append({"role": rng.choice(("user", "assistant", "tool")), **dict([member])})
    messages.append({"role": "assistant", "content": clean_text(rng, half)})
    return {"messages": messages, "finished": True}, places


def _event(rng: Random, _half: Half, members: Sequence[Member]) -> Framed:
    places: list[Place] = [("details", f"d{number}") for number in range(len(members))]
    details: dict[str, Json] = {f"d{number}": dict([member]) for number, member in enumerate(members)}
    return {"event": "note.added", "severity": "info", "details": details, "seen": rng.randint(1, 9)}, places


def _flat(rng: Random, half: Half, members: Sequence[Member]) -> Framed:
    if len({key for key, _ in members}) < len(members):
        return _event(rng, half, members)
    return dict([clean_value(rng, half), *members]), [()] * len(members)


_FRAMES: Final[tuple[Callable[[Random, Half, Sequence[Member]], Framed], ...]] = (
    _steps,
    _messages,
    _event,
    _flat,
)
