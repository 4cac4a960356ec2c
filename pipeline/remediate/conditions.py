"""Whether the conditions of a rule hold for one issue of one trace."""

from collections.abc import Callable, Sequence
from typing import Any, assert_never

import re2

from ..core.document import MISSING, Json, lookup
from ..policy.remediation_conditions import Condition, Exists, SizeIs, TextMatches, ValueIs
from .places import Tokens, resolve
from .same import same

Test = Callable[[Json, Tokens], bool]
"""Document and path of the issue → whether it holds. Never raises."""


def compiled(conditions: Sequence[Condition]) -> tuple[Test, ...]:
    """The conditions, made ready once. One that names many places (``*``) holds when it does at any of them."""
    return tuple(map(_test, conditions))


def _test(condition: Condition) -> Test:
    holds = _of_value(condition)

    def test(document: Json, issue: Tokens) -> bool:
        return any(holds(lookup(document, tokens)) for tokens in resolve(condition.path, issue, document))

    return test


def _of_value(condition: Condition) -> Callable[[Any], bool]:
    match condition:
        case ValueIs(values=values):
            return lambda found: found is not MISSING and any(same(found, value) for value in values)
        case TextMatches(regex=regex):
            pattern = re2.compile(regex)
            return lambda found: isinstance(found, str) and pattern.search(found) is not None
        case SizeIs(at_least=low, at_most=high):
            return lambda found: isinstance(found, str | list | dict) and low <= len(found) <= high
        case Exists(exists=exists):
            return lambda found: (found is not MISSING) is exists
        case _:
            assert_never(condition)
