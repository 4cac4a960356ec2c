"""Is the trust score at least what this type of trace must have (S0-20)?"""

from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.business_settings import Trust
from .view import View, at


def least_score(trust: Trust, document: Json) -> float:
    """The strictest minimum that applies to this trace."""
    least = trust.minimum
    for minimum in trust.by:
        word = at(document, minimum.at)
        if isinstance(word, str):
            least = max(least, minimum.least.get(word, 0))
    return least


def trust_findings(trust: Trust, score_at: tuple[str, ...], view: View) -> Iterator[Finding]:
    """What is no number from 0 to 1 is no score: the schema detector tells of it."""
    score = at(view.document, score_at)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        return
    least = least_score(trust, view.document)
    if score < least:
        yield Finding(
            IssueCode.BUSINESS_TRUST_BELOW_MINIMUM,
            path=format_pointer(score_at),
            expected=f"at least {least}",
            actual_masked=mask(score),
            rule="trust",
        )
