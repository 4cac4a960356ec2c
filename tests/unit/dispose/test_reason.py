"""The reason of a verdict."""

import pytest

from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.dispose import reason_of
from assay.pipeline.dispose.testing import a_verdict, an_issue


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (a_verdict(), Reason.PASSED),
        (a_verdict(an_issue(blocking=False)), Reason.PASSED_WITH_WARNINGS),
        (a_verdict(an_issue(blocking=False), an_issue()), Reason.BLOCKING_ISSUES),
        (a_verdict(an_issue(), readable=False), Reason.UNREADABLE),
    ],
)
def test_each_verdict_has_its_reason(verdict: Verdict, reason: Reason) -> None:
    assert reason_of(verdict) is reason
