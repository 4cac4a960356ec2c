"""What is at stake in a step that could not judge."""

from ..core.codes import IssueCode
from ..core.issue import Severity
from ..policy.bundle import Bundle
from ..policy.classification import Enforcement, EnforcementPoint

ALL_STEPS = "all"
"""The name for everything: nothing at all was judged."""


def severity_of_step(
    bundle: Bundle, step: str, point: EnforcementPoint = EnforcementPoint.GATE
) -> Severity | None:
    """The worst blocking issue that a step can find; ``None`` when none of its codes block.

    A step is a detector, and its codes are those of the family of the same name; ``all`` is every one of them.
    """
    enforcement = Enforcement(bundle.classification, point)
    severities = [
        bundle.classification[code].severity
        for code in IssueCode
        if step in {ALL_STEPS, code.partition(".")[0]} and enforcement.blocks(code)
    ]
    return max(severities, key=lambda severity: severity.rank, default=None)
