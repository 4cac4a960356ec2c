"""From what the rules of a detector find to the findings of a trace: no doubles, bounded, the grave ones kept."""

from collections.abc import Callable, Iterable
from itertools import islice

from ..core.codes import IssueCode
from ..core.issue import Finding


def bounded(
    rules: Iterable[Iterable[Finding]], most: int, blocks: Callable[[IssueCode], bool]
) -> tuple[Finding, ...]:
    """At most ``most`` findings in the order of the rules. One that blocks is never crowded out by one that does not.

    Reads at most ``most`` findings of each rule, so that rules may be generators over very long lists.
    """
    found = dict.fromkeys(finding for rule in rules for finding in islice(rule, most))
    if len(found) <= most:
        return tuple(found)
    grave = dict.fromkeys([finding for finding in found if blocks(finding.code)][:most])
    room = most - len(grave)
    kept = grave | dict.fromkeys([finding for finding in found if finding not in grave][:room])
    return tuple(finding for finding in found if finding in kept)
