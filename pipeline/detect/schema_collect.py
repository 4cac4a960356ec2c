"""From a stream of errors to the findings of a trace: no doubles, in order, bounded, none of the grave ones lost."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.issue import Finding
from .schema_errors import Located
from .schema_findings import code_of, finding_of

MOST_EXAMINED: Final = 2000
"""Errors that are looked at in one trace: some 30 ms."""

_GAVE_UP = Finding(
    IssueCode.DETECTOR_FAILED,
    expected=f"at most {MOST_EXAMINED} schema errors",
    rule="schema.too_many_errors",
)


def collect(
    errors: Iterable[Located],
    document: Json,
    names: frozenset[str],
    most: int,
    blocks: Callable[[IssueCode], bool],
) -> Sequence[Finding]:
    """At most ``most`` findings, by path, then code. A blocking one is never crowded out by those that are not.

    Reads on until there are enough and one of them blocks. When there are too many errors to find out
    whether one blocks, that itself is a blocking finding: in doubt a trace stops (promise 5).
    """
    blocking: dict[Finding, None] = {}
    others: dict[Finding, None] = {}
    for examined, (path, error) in enumerate(errors):
        if blocking and len(blocking) + len(others) >= most:
            break
        if examined >= MOST_EXAMINED:
            if not blocking:
                blocking[_GAVE_UP] = None
            break
        stops = blocks(code_of(error))
        if stops or len(others) < most:
            (blocking if stops else others)[finding_of(error, path, document, names)] = None
    kept = [*blocking, *others][:most]
    return tuple(
        sorted(kept, key=lambda finding: (finding.path, finding.code, finding.keyword, finding.expected))
    )
