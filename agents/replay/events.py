"""What the replay agent reports of itself; telemetry listens."""

from typing import Protocol

from assay.pipeline.replay import ReplayDecision


class ReplayEvents(Protocol):
    """Called by the agent, never raises, returns at once."""

    def replayed(self, decision: ReplayDecision, traces: int) -> None:
        """So many traces of a job ended like this; committed."""
        ...


class NoReplayEvents:
    """Listens to nothing."""

    def replayed(self, decision: ReplayDecision, traces: int) -> None:
        """Nothing."""
