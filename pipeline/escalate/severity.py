"""A group gets worse: the chain of the higher severity takes over, and repeats nothing that was said."""

from dataclasses import replace
from typing import Final

from ..core.issue import Severity
from ..policy.escalation import Chain, ChainStep, EscalationMatrix
from .chain_effect import effect_of
from .effect import Effect, EffectKind, Why
from .state import OPEN_STEPS, Escalation, StepStatus, Track, is_stopped

_RANKS: Final = {severity.value: severity.rank for severity in Severity}


def follow_severity(state: Escalation, matrix: EscalationMatrix) -> tuple[Escalation, list[Effect]]:
    """With the chain of the group's severity, if that is higher than the one that runs.

    It never goes back to a lower one: who was called about the worst is the one to say that it is over.
    """
    chain = matrix.chains.get(state.group.severity)
    running = max((_rank(track.chain) for track in state.tracks), default=0)
    if chain is None or _rank(chain) <= running or is_stopped(state):
        return state, []
    effects = [
        effect_of(EffectKind.SKIPPED, state, track.chain, index, Why.SEVERITY_RAISED)
        for track in state.tracks
        if _rank(track.chain)
        for index, _, status in track.steps()
        if status in OPEN_STEPS
    ]
    tracks = [_replaced(track) if _rank(track.chain) else track for track in state.tracks]
    return replace(state, tracks=(*tracks, Track.start(chain))), effects


def already_called(state: Escalation, track: Track, wanted: ChainStep) -> bool:
    """Whether a chain that this one replaced has called these roles, at least as high as this step goes."""
    return bool(_rank(track.chain)) and any(
        status is StepStatus.FIRED
        and set(wanted.roles) <= set(each.roles)
        and wanted.level.rank <= each.level.rank
        for other in state.tracks
        if 0 < _rank(other.chain) < _rank(track.chain)
        for _, each, status in other.steps()
    )


def _replaced(track: Track) -> Track:
    return replace(
        track, statuses=tuple(StepStatus.SKIPPED if each in OPEN_STEPS else each for each in track.statuses)
    )


def _rank(chain: Chain) -> int:
    """Of the severity that the chain is for; 0 for an overlay."""
    return _RANKS.get(chain.name, 0)
