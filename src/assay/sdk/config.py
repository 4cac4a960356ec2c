"""How a gate in a producer works."""

from dataclasses import dataclass

from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.word import Word
from assay.pipeline.gate import GateMode


class OnRefused(Word):
    """What a wrapped producer does with a trace that the gate refuses. It never drops one without a word."""

    RAISE = "raise"
    """Raise :class:`~assay.sdk.errors.TraceRefusedError`."""
    RETURN = "return"
    """Return the ``GateResult`` in the place of what the producer returns."""


@dataclass(frozen=True, slots=True)
class GateConfig:
    """Raises :class:`ConfigError` with everything that is wrong."""

    mode: GateMode = GateMode.ENFORCE
    dry_run: bool = False
    """Judge and count, and let everything through without a word: what ``mode`` would have done is in the report."""
    step_budget_ms: float = 10.0
    """What one step may take. Nothing can stop a step that runs, so one that takes longer is counted, and what it
    found stands; but none is begun when less than this is left of the whole budget."""
    total_budget_ms: float = 100.0
    """What judging a trace may take in all."""
    closed_from: Severity | None = None
    """A step that failed or had no time might have found a blocking issue of this severity or a worse one: then the
    trace is refused. ``None``: it passes, and the stream judges it again."""
    sample: float = 1.0
    """The share of traces to judge (0 … 1). The same bytes are always treated alike."""
    topic: str = "traces.raw"
    """The topic that traces are meant for where none is named."""
    topic_prefix: str = ""
    """As in ``ASSAY_TOPIC_PREFIX``: what stands before the topic names of the policies."""
    inline_bytes: int = 65_536
    """Larger values are judged in a thread, so that an event loop does not wait for them."""
    most_waiting: int = 64
    """So many traces may be judged in threads at a time; one more is not judged at all (see ``closed_from``)."""
    examples: int = 50
    """How many of the traces last refused or let through the report names."""

    def __post_init__(self) -> None:
        problems = [
            Problem(key, why, remedy)
            for key, wrong, why, remedy in (
                ("sample", not 0 <= self.sample <= 1, "is no share", "Choose a number from 0 to 1"),
                ("step_budget_ms", self.step_budget_ms <= 0, "is no time", "Choose a number above 0"),
                (
                    "total_budget_ms",
                    self.total_budget_ms < self.step_budget_ms,
                    f"{self.total_budget_ms} is less than step_budget_ms, {self.step_budget_ms}",
                    "Leave time for one step at least",
                ),
                ("topic", not self.topic, "is empty", "Name a topic of policies/bindings.yaml"),
                ("inline_bytes", self.inline_bytes < 0, "is negative", "Choose 0 or more"),
                ("most_waiting", self.most_waiting < 1, "leaves room for none", "Choose 1 or more"),
                ("examples", self.examples < 0, "is negative", "Choose 0 or more"),
            )
            if wrong
        ]
        if problems:
            raise ConfigError(problems)
