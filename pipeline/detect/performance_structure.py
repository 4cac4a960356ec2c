"""Whether a trace is built in a way that costs every reader: too deep, too wide, too long, the same text twice (S0-33)."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, Optional

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..core.trace import Trace
from ..policy.performance_rules import StructureBudget
from ..policy.subject import Subject
from ..policy.subschemas import declared_names

MOST_EXAMINED = 20_000
"""Values that are looked at closely in one trace: some 20 ms."""

_EXPECTED = {
    "max_depth": "at most {} objects and arrays inside one another",
    "max_members": "at most {} members",
    "max_elements": "at most {} elements",
    "repeated_bytes": "a text of {} bytes or more only once",
}
"""What each key of the budget asks for."""


class _Node(NamedTuple):
    """A container on the way down, with the way up."""

    value: Any
    parent: Optional["_Node"]
    token: str | int


class StructureJudge:
    """Looks at the shape of large traces: once quickly, and again closely where that found something.

    The quick look takes time in proportion to the trace, whatever its shape; the close one has a bound.
    """

    def __init__(self, budget: StructureBudget, subjects: Mapping[str, Subject]) -> None:
        self._budget = budget
        self._subjects = subjects
        self._names = cache(self._declared)

    def __call__(self, trace: Trace, most: int) -> list[Finding]:
        """At most ``most`` findings, level by level. Member names that the schema does not declare are ``*``."""
        if most <= 0:
            return []
        broken = self._first_broken(trace.document)
        if broken is None:
            return []
        names = self._names(trace.subject, trace.schema_version)
        # Places that look the same when their names are hidden are one.
        different: dict[Finding, None] = {}
        for finding in self._found(trace.document, names):
            different[finding] = None
            if len(different) >= most:
                break
        return [*different] or [self._finding("", broken, None)]

    def _declared(self, subject: str, version: str) -> frozenset[str]:
        return declared_names(self._subjects[subject].schemas.get(version))

    def _first_broken(self, document: Json) -> str | None:
        """A key of the budget that the document breaks: what :meth:`_found` asks, without noting where."""
        budget = self._budget
        most_members, most_elements = budget.max_members, budget.max_elements
        least = self._least_characters
        texts: set[str] = set()
        level: list[Any] = [document]
        for _ in range(budget.max_depth):
            below: list[Any] = []
            for value in level:
                if type(value) is dict:
                    if len(value) > most_members:
                        return "max_members"
                    children: Iterable[Any] = value.values()
                elif type(value) is list:
                    if len(value) > most_elements:
                        return "max_elements"
                    children = value
                else:
                    continue
                for child in children:
                    kind = type(child)
                    if kind is dict or kind is list:
                        below.append(child)
                    elif kind is str and len(child) >= least:
                        if child in texts and len(child.encode()) >= budget.repeated_bytes:
                            return "repeated_bytes"
                        texts.add(child)
            if not below:
                return None
            level = below
        return "max_depth"

    def _found(self, document: Json, names: frozenset[str]) -> Iterator[Finding]:
        """Everything among the first :data:`MOST_EXAMINED` values."""
        least = self._least_characters
        reported: dict[str, bool] = {}
        """Long text → whether its second place was reported."""
        examined = 0
        level = [_Node(document, None, "")]
        for _ in range(self._budget.max_depth):
            below: list[_Node] = []
            for node in level:
                if self._has_too_many(node.value):
                    key = "max_members" if isinstance(node.value, dict) else "max_elements"
                    yield self._finding(_path(node, names), key, node.value)
                for token, child in islice(_children(node.value), MOST_EXAMINED - examined):
                    examined += 1
                    if isinstance(child, dict | list):
                        below.append(_Node(child, node, token))
                    elif isinstance(child, str) and len(child) >= least:
                        if (
                            reported.get(child) is False
                            and len(child.encode()) >= self._budget.repeated_bytes
                        ):
                            yield self._finding(
                                _path(_Node(child, node, token), names), "repeated_bytes", child
                            )
                        reported[child] = child in reported
            level = below
        # One for each member of the trace that goes too deep: the rest of the way says nothing to anybody.
        for node in level:
            yield self._finding(_path(node, names, 1), "max_depth", None)

    def _has_too_many(self, value: Any) -> bool:
        most = self._budget.max_members if isinstance(value, dict) else self._budget.max_elements
        return isinstance(value, dict | list) and len(value) > most

    @property
    def _least_characters(self) -> int:
        """No shorter text can have so many bytes: a character has four at most."""
        return -(-self._budget.repeated_bytes // 4)

    def _finding(self, path: str, key: str, actual: Json) -> Finding:
        return Finding(
            IssueCode.PERFORMANCE_STRUCTURE_INEFFICIENT,
            path=path,
            expected=_EXPECTED[key].format(getattr(self._budget, key)),
            actual_masked="more" if actual is None else mask(actual),
            rule=f"performance.structure.{key}",
        )


def _children(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _path(node: _Node, names: frozenset[str], most: int | None = None) -> str:
    tokens: list[str | int] = []
    here: _Node | None = node
    while here is not None and here.parent is not None:
        tokens.append(here.token if isinstance(here.token, int) or here.token in names else "*")
        here = here.parent
    tokens.reverse()
    return format_pointer(tokens[:most])
