"""One rule of an owner's own, compiled: CEL, the Common Expression Language.

CEL has no loops but over lists, cannot call out, and its patterns take linear time; what goes in has a bound
(:data:`MOST_VALUES`). So no rule can hang a worker.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ..core.document import MISSING, Json
from ..core.word import Word

Given = Mapping[str, object]
"""Member → its value, or ``MISSING``."""
Scalar = str | int | float | bool | None

MOST_CHARACTERS: Final = 1000
"""Of an expression."""
MOST_LOOPS: Final = 2
"""``all``, ``exists``, ``exists_one``, ``map`` and ``filter`` in one expression: they may stand inside one another."""
MOST_VALUES: Final = 256
"""Of a list that a rule looks at; what has more counts as missing."""
LONGEST_TEXT: Final = 65_536
"""Characters of a text that a rule looks at; a longer one counts as missing."""

_FUNCTIONS: Final = frozenset(
    (
        *("size", "contains", "startsWith", "endsWith", "matches", "timestamp", "duration", "dyn", "type"),
        *("int", "uint", "double", "string", "bytes"),
        *("getFullYear", "getMonth", "getDayOfMonth", "getDate", "getDayOfWeek", "getDayOfYear"),
        *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    )
)
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)")
_TYPES = frozenset(("int", "uint", "double", "string", "bytes", "bool", "list", "map", "null_type"))


class Missing(Word):
    """What a rule says where a member is not there, is null, is no scalar or list of scalars, or cannot be compared."""

    SKIPS = "skips"
    """The rule does not apply."""
    VIOLATES = "violates"
    """It is broken."""


class Answer(Word):
    """What a rule says of one trace."""

    HOLDS = "holds"
    VIOLATED = "violated"
    NOT_APPLICABLE = "not_applicable"


class CelProgram:
    """A rule that can be asked. Deterministic; never raises for what it is asked of."""

    __slots__ = ("_assertion", "_missing", "_when")

    def __init__(self, when: str | None, assertion: str, missing: Missing) -> None:
        """Raises ``ValueError`` for what is not CEL."""
        self._when = None if when is None else _compile(when)
        self._assertion = _compile(assertion)
        self._missing = Answer.VIOLATED if missing is Missing.VIOLATES else Answer.NOT_APPLICABLE

    def ask(self, given: Given) -> Answer:
        """Whether the rule holds. ``when`` decides first, if what it reads is there."""
        values = {name: value for name, value in given.items() if _bounded(value)}
        if self._when is not None:
            applies = _run(self._when, values)
            if applies is False:
                return Answer.NOT_APPLICABLE
            if applies is not True:
                return self._missing
        held = _run(self._assertion, values)
        if held is True:
            return Answer.HOLDS
        return Answer.VIOLATED if held is False else self._missing


def expression_problem(expression: str, members: Sequence[str]) -> str | None:
    """Why this is no expression over these members; ``None`` when it is one."""
    if len(expression) > MOST_CHARACTERS:
        return f"has more than {MOST_CHARACTERS} characters"
    try:
        references = _library().compile(expression).references()
    except ValueError as error:
        return f"is not CEL: {' '.join(str(error).split())[:300]}"
    bound = _LOOP.findall(expression)
    if len(bound) > MOST_LOOPS:
        return f"goes over lists more than {MOST_LOOPS} times"
    for variable in references["variables"]:
        if variable not in members and variable not in bound and variable not in _TYPES:
            return f"reads {variable!r}, which is not among its members"
    for function in references["functions"]:
        if function not in _FUNCTIONS and not function.startswith(("_", "@", "!", "-")):
            return f"calls {function!r}, which does not exist"
    return None


def _bounded(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST_VALUES and all(map(_is_scalar, value))
    return value is not None and _is_scalar(value)


def _is_scalar(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return value is None or isinstance(value, int | float)


def _run(program: Callable[[dict[str, Json]], object], values: dict[str, object]) -> object:
    """What the expression gives; ``MISSING`` where it cannot be evaluated, most often for want of a member."""
    try:
        return program(values)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - the library raises eight kinds, all of which mean: no answer
        return MISSING


def _compile(expression: str) -> Callable[[dict[str, Json]], object]:
    execute: Callable[[dict[str, Json]], object] = _library().compile(expression).execute
    return execute


def _library() -> Any:
    # Loaded with the first rule: it brings a terminal library along, a third of a second and 20 MB.
    import cel  # noqa: PLC0415

    return cel
