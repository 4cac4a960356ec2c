"""The replay agent: quarantine and dead letters → traces.raw, each source once, and the book of it (DESIGN 3, 8)."""

from .agent import AGENT, ReplayAgent
from .events import NoReplayEvents, ReplayEvents

__all__ = ["AGENT", "NoReplayEvents", "ReplayAgent", "ReplayEvents"]
