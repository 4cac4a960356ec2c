"""From an error of the JSON Schema validator to a finding: code, place, expectation, masked value."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Kind

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from .moments import is_naive

RULE: Final = "schema"

_CODES: Mapping[str, IssueCode] = {
    "required": IssueCode.SCHEMA_REQUIRED_MISSING,
    "type": IssueCode.SCHEMA_TYPE_INVALID,
    "enum": IssueCode.SCHEMA_TYPE_INVALID,
    "const": IssueCode.SCHEMA_TYPE_INVALID,
    "format": IssueCode.SCHEMA_FORMAT_INCONSISTENT,
}
"""Keyword → code; every other keyword is a constraint that readers can live with (S0-26)."""

_MILDEST_FIRST = (
    IssueCode.SCHEMA_MISMATCH_MINOR,
    IssueCode.TIME_NAIVE,
    IssueCode.SCHEMA_FORMAT_INCONSISTENT,
    IssueCode.SCHEMA_TYPE_INVALID,
    IssueCode.SCHEMA_REQUIRED_MISSING,
)

_EXPECTED: Mapping[str, str] = {
    "format": "format {}",
    "pattern": "text that matches {}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} elements",
    "maxItems": "at most {} elements",
    "minProperties": "at least {} members",
    "maxProperties": "at most {} members",
}
"""Keyword → words around what the schema says. For keywords that are not here the value may be the trace's."""

_EXPECTED_ALONE: Mapping[str, str] = {
    "uniqueItems": "elements that differ",
    "additionalProperties": "no other members",
    "unevaluatedProperties": "no other members",
    "unevaluatedItems": "no other elements",
    "propertyNames": "other member names",
    "falseSchema": "nothing here",
    "contains": "certain elements",
    "anyOf": "one of several forms",
    "oneOf": "exactly one of several forms",
    "not": "another form",
}

_LONGEST = 120
WITH_OFFSET: Final = "a time with Z or an offset"


def code_of(error: jsonschema_rs.ValidationError) -> IssueCode:
    """The code of an error. Alternatives (``anyOf``, ``oneOf``) have that of the branch which fits best.

    A naive time where the schema declares ``date-time`` is ``time.naive`` and nothing else: the schema names
    every such place, so nobody has to look for them a second time (S4-60).
    """
    match error.kind:
        case Kind.OneOfMultipleValid():
            return IssueCode.SCHEMA_MISMATCH_MINOR
        case Kind.AnyOf(context=branches) | Kind.OneOfNotValid(context=branches):
            worst_of_each = [
                max(map(code_of, branch), key=_MILDEST_FIRST.index) for branch in branches if branch
            ]
            return min(worst_of_each, key=_MILDEST_FIRST.index, default=IssueCode.SCHEMA_MISMATCH_MINOR)
        case Kind.Required() if error.schema_path[-1] != "required":  # dependentRequired
            return IssueCode.SCHEMA_MISMATCH_MINOR
        case Kind.Format(format="date-time") if is_naive(error.instance):
            return IssueCode.TIME_NAIVE
        case kind:
            return _CODES.get(kind.name, IssueCode.SCHEMA_MISMATCH_MINOR)


def finding_of(
    error: jsonschema_rs.ValidationError,
    path: Sequence[str | int],
    document: Json,
    names: frozenset[str],
) -> Finding:
    """The finding for an error at ``path``. Member names that are not in ``names`` become ``*`` (promise 4)."""
    code = code_of(error)
    shown, value = _shown(path, document, names, error.instance)
    if isinstance(error.kind, Kind.Required) and code is IssueCode.SCHEMA_REQUIRED_MISSING:
        shown.append(error.kind.property)  # a name from the schema
        actual = "missing"
    else:
        actual = mask(cast("Json", value))
    return Finding(
        code=code,
        path=format_pointer(shown),
        keyword=_keyword(error),
        expected=WITH_OFFSET if code is IssueCode.TIME_NAIVE else _expected(error),
        actual_masked=actual,
        rule=RULE,
    )


def _keyword(error: jsonschema_rs.ValidationError) -> str:
    """The keyword of the schema that was broken: where it says ``false``, the one that leads there."""
    last = error.schema_path[-1] if error.schema_path else ""
    if error.kind.name == "falseSchema" and last in _EXPECTED_ALONE:
        return str(last)
    return "dependentRequired" if last == "dependentRequired" else error.kind.name


def _expected(error: jsonschema_rs.ValidationError) -> str:
    """What the schema asks for, in words; only from the schema, never from the trace."""
    match error.kind:
        case Kind.Required():
            return "present"
        case Kind.Type(types=types):
            return " or ".join(types)
        case Kind.Enum(options=options):
            return f"one of {len(options)} values"
        case Kind.Constant():
            return "the one value of the schema"
        case kind:
            if kind.name in _EXPECTED:
                return _EXPECTED[kind.name].format(kind.value)[:_LONGEST]
            return _EXPECTED_ALONE.get(_keyword(error), "")


def _shown(
    path: Sequence[str | int], document: Json, names: frozenset[str], instance: object
) -> tuple[list[str | int], object]:
    """The path as it may be shown, and what stands there: indexes and declared names stay, the rest becomes ``*``.

    The validator writes a member name of digits as an integer (``"007"`` as 7) and leaves out an empty one,
    so the path is followed in the document. Where empty names make it ambiguous the place may be that of a
    neighbour; where it cannot be followed it ends in ``*`` and ``instance``, the validator's copy, is what stands there.
    """
    shown: list[str | int] = []
    here = document
    for token in path:
        found = _step(here, token)
        while found is None and isinstance(here, dict) and "" in here:
            shown.append("*")
            here = here[""]
            found = _step(here, token)
        if found is None:
            return [*shown, "*"], instance
        real, here = found
        shown.append(real if isinstance(real, int) or real in names else "*")
    return shown, here


def _step(here: Json, token: str | int) -> tuple[str | int, Json] | None:
    """The real token and the value that a token of the validator's leads to."""
    match here:
        case list() if isinstance(token, int) and token < len(here):
            return token, here[token]
        case dict():
            name = token if isinstance(token, str) else _numeric_name(here, token)
            return (name, here[name]) if name in here else None
        case _:
            return None


def _numeric_name(members: Mapping[str, Json], number: int) -> str:
    """The first member name that the validator reads as this number."""
    digits = str(number).lstrip("0")
    alike = (name for name in members if name and name.removeprefix("+").lstrip("0") == digits)
    return next(alike, str(number))
