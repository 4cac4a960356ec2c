"""The block that says of a trace, inside the trace, that it was repaired (D-10)."""

from collections.abc import Mapping, Sequence
from typing import Final

from ..core.document import Json, lookup
from ..policy.subject import Subject
from .receipt import Receipt, RuleResult

MEMBER: Final = "remediation"
MOST_LISTED: Final = 100
"""Changes of one rule that the block names; the receipt has all."""


def allows_block(subject: Subject, document: Json) -> bool:
    """Whether the schema of the trace's version declares a member ``remediation``: what is open to anything does not ask for it."""
    if not isinstance(document, dict):
        return False
    version = lookup(document, subject.pointers.schema_version or ("",))
    known = version if isinstance(version, str) and version in subject.schemas else subject.current_version
    match subject.schemas.get(known):
        case {"properties": dict(properties)}:
            return MEMBER in properties
        case _:
            return False


def block(receipts: Sequence[Receipt], rates: Mapping[str, float]) -> Json:
    """Rules, codes, places and confidence.

    No values: those that were written stand in the trace, and a copy at an undeclared place would be a finding of its own.
    ``rates``: the success rate of each rule by ``name@version``; the least of them is the confidence.
    """
    applied = [one for one in receipts if one.result is RuleResult.APPLIED]
    return {
        "rules": [
            {
                "rule": one.rule,
                "version": one.version,
                "codes": [*one.codes],
                "changes": [{"op": step["op"], "path": step["path"]} for step in one.patch[:MOST_LISTED]],
            }
            for one in applied
        ],
        "confidence": min((rates[one.rule_id] for one in applied), default=0.0),
    }
