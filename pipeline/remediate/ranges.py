"""Numbers in their declared ranges."""

from ..core.document import Json
from ..policy.remediation_steps import Range


def clamped(value: Json, limits: Range | None) -> float | None:
    """The nearest number of the range; ``None`` for what lies in it, further outside than the slack, or is no number."""
    if limits is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if limits.low - limits.slack <= value < limits.low:
        return limits.low
    if limits.high < value <= limits.high + limits.slack:
        return limits.high
    return None
