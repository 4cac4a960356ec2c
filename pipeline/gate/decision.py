"""What a gate may do with a trace, and what it did."""

from ..core.word import Word


class GateMode(Word):
    """How strict a gate is; which issues block at all is policy (``classification.yaml``, point ``gate``)."""

    ENFORCE = "enforce"
    """A trace with a blocking issue does not pass."""
    WARN = "warn"
    """It passes, and its producer is told."""
    OFF = "off"
    """Nothing is judged."""


class GateDecision(Word):
    """What becomes of one trace at the gate."""

    PASSED = "passed"
    """Nothing was found."""
    PASSED_WITH_WARNINGS = "passed_with_warnings"
    """Nothing that was found blocks (S0-163)."""
    LET_THROUGH = "let_through"
    """Something blocks, and the mode is ``warn``."""
    PASSED_UNJUDGED = "passed_unjudged"
    """A step failed or had no time left; nothing else blocks, and the gate is open in such a case."""
    SKIPPED_OFF = "skipped_off"
    """Not judged: the mode is ``off``."""
    SKIPPED_SAMPLE = "skipped_sample"
    """Not judged: a gate that judges a share of the traces left this one out."""
    SKIPPED_TOPIC = "skipped_topic"
    """Not judged: no binding declares its topic, so it is no trace."""
    REFUSED = "refused"
    """Something blocks."""
    REFUSED_UNJUDGED = "refused_unjudged"
    """A step failed or had no time left; the gate is closed in such a case."""

    @property
    def passed(self) -> bool:
        """Whether the trace may be published."""
        return self not in _REFUSALS


_REFUSALS = frozenset({GateDecision.REFUSED, GateDecision.REFUSED_UNJUDGED})
