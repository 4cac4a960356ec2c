"""How a step of a rule can fail: a kind, and nothing of the trace (S0-129)."""

from ..core.word import Word


class FaultKind(Word):
    """The error of a receipt."""

    PARENT_MISSING = "parent_missing"
    """What should hold the member is not there, or holds no members."""
    INTO_ITSELF = "into_itself"
    """A member cannot be moved below itself."""
    LIST_ELEMENT = "list_element"
    """Elements are never taken out of lists: what stands behind them would be at another place."""
    WHOLE_TRACE = "whole_trace"
    """The trace itself is not put in, taken away or replaced."""
    TOO_MANY_CHANGES = "too_many_changes"
    TENANT_CHANGED = "tenant_changed"
    """The change would say that the trace belongs to somebody else."""
    VALUE_UNKNOWN = "value_unknown"
    """What should be written is not known of this trace."""
    BUG = "bug"
    """The rule engine itself failed: its own log of errors says no more, because texts of exceptions hold values."""


class StepFault(Exception):  # noqa: N818 - a fault of the data; it never leaves this package
    """A step cannot do its work. Caught by the fold, which puts back what the rule had changed."""

    def __init__(self, kind: FaultKind) -> None:
        super().__init__(kind.value)
        self.kind = kind
