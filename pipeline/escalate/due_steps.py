"""Steps whose time has come: taken, asked for, or left out, each once and in the order of their times."""

from dataclasses import replace

from ..policy.escalation import Confirm
from .chain_effect import effect_of
from .effect import Effect, EffectKind, Why
from .severity import already_called
from .state import OPEN_STEPS, Escalation, StepStatus, Track, due_of


def take_due_steps(state: Escalation, now_ns: int) -> tuple[Escalation, list[Effect]]:
    """Everything that is due, and what is said of it."""
    due = sorted(
        (due_of(state, each), place, index)
        for place, track in enumerate(state.tracks)
        for index, each, status in track.steps()
        if status in OPEN_STEPS and due_of(state, each) <= now_ns
    )
    effects: list[Effect] = []
    for _, place, index in due:
        track = state.tracks[place]
        status, effect = _take(state, track, index)
        statuses = (*track.statuses[:index], status, *track.statuses[index + 1 :])
        tracks = (*state.tracks[:place], replace(track, statuses=statuses), *state.tracks[place + 1 :])
        state = replace(state, tracks=tracks)
        effects += [] if effect is None else [effect]
    return state, effects


def _take(state: Escalation, track: Track, index: int) -> tuple[StepStatus, Effect | None]:
    """What becomes of a step; no effect when it goes on waiting for a person (D-20)."""
    each, status, chain = track.chain.steps[index], track.statuses[index], track.chain
    if already_called(state, track, each):
        return StepStatus.SKIPPED, effect_of(EffectKind.SKIPPED, state, chain, index, Why.ALREADY_CALLED)
    if each.confirm is Confirm.NOT_NEEDED or state.group.confirmed is not None:
        return StepStatus.FIRED, effect_of(EffectKind.STEP, state, chain, index)
    if status is StepStatus.ASKED:
        return StepStatus.ASKED, None
    return StepStatus.ASKED, effect_of(EffectKind.CONFIRMATION, state, chain, index)
