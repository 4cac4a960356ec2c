"""What a producer may have to catch."""

from assay.pipeline.core.errors import PermanentError
from assay.pipeline.core.issue import Issue
from assay.pipeline.gate import GateResult

MOST_NAMED = 5


class TraceRefusedError(PermanentError):
    """The gate refused the trace, and nothing was sent: mend the producer, or keep the trace yourself; do not retry.

    ``result`` has all issues and what to do about them. Neither it nor the message holds a value of the trace.
    """

    def __init__(self, result: GateResult) -> None:
        self.result = result
        super().__init__(f"the gate refused a trace: {reasons(result)}")


class UngatedError(PermanentError):
    """The call would publish past the gate: send traces one by one, or use the producer itself on purpose."""


def reasons(result: GateResult) -> str:
    """Codes and places, without values: ``security.pii_email at /inputs/note, and 2 more``."""
    shown = [_place(issue) for issue in result.blocking[:MOST_NAMED]]
    more = len(result.blocking) - len(shown)
    if not shown:
        return f"not judged in time: {', '.join(result.unjudged)}"
    return ", ".join(shown) + (f", and {more} more" if more else "")


def _place(issue: Issue) -> str:
    return f"{issue.code.value} at {issue.path or 'the whole trace'}"
