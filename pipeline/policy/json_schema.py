"""Compiling the schemas of subjects, and finding what is wrong with one before any trace meets it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NoReturn, TypedDict

import jsonschema_rs

from ..core.document import Json, format_pointer
from .patterns import REMEDY, refusal
from .references import reference_problems, size_fault
from .schema_fault import SchemaFault
from .subschemas import schema_patterns

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FORMATS = (
    *(
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "ipv4",
        "ipv6",
    ),
    *("uri", "uri-reference", "iri", "iri-reference", "uri-template", "uuid"),
    *("json-pointer", "relative-json-pointer", "regex"),
)
"""Those of JSON Schema 2020-12."""
MOST_FAULTS = 100
"""Listed of one schema."""
MOST_PATTERNS = 500
"""In one schema."""


class _Options(TypedDict):
    """How every schema of a subject is compiled."""

    validate_formats: bool
    ignore_unknown_formats: bool
    retriever: Callable[[str], NoReturn]
    pattern_options: jsonschema_rs.RegexOptions
    mask: str


def compile_schema(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema that :func:`schema_problems` found nothing wrong with.

    Formats are asserted; patterns run in linear time; nothing is ever fetched; texts of errors hold no
    value, and nobody shows them all the same. Raises ``ValueError`` for a schema that does not compile.
    """
    assert isinstance(schema, dict)
    return jsonschema_rs.Draft202012Validator(schema, **_options())


def compile_parts(schema: Json) -> jsonschema_rs.ValidatorMap:
    """A validator for every schema inside a schema, by ``#`` and its pointer; otherwise as :func:`compile_schema`."""
    assert isinstance(schema, dict)
    return jsonschema_rs.validator_map_for(schema, **_options())


def schema_problems(schema: Json) -> list[SchemaFault]:
    """Why a schema cannot be used, each with its place in the file; empty when it can. Takes a second at most."""
    if not isinstance(schema, dict):
        return [SchemaFault("", "a schema of a subject is an object", "Write the schema between { and }")]
    if schema.get("$schema", DIALECT) != DIALECT:
        return [SchemaFault("/$schema", f"is not {DIALECT}", "Write the schema in this dialect, and say so")]
    size = size_fault(schema)
    if size is not None:
        return [size]
    return (
        _breaches(schema) or reference_problems(schema) or _pattern_faults(schema) or _compile_faults(schema)
    )


def _breaches(schema: Json) -> list[SchemaFault]:
    """Where the schema is no schema: one fault a place, however many alternatives it does not match."""
    if _meta().is_valid(schema):
        return []
    faults: dict[str, SchemaFault] = {}
    for error in _meta().iter_errors(schema):
        pointer = format_pointer(error.instance_path)
        why = f"breaks the rule {error.kind.name!r} of JSON Schema 2020-12"
        faults.setdefault(pointer, SchemaFault(pointer, why, _remedy(error.instance_path)))
        if len(faults) == MOST_FAULTS:
            break
    return list(faults.values())


def _remedy(path: Sequence[str | int]) -> str:
    keywords = [step for step in path if isinstance(step, str)]
    if not keywords or (keywords[-2:-1] and keywords[-2] in _NAMED_SCHEMAS):
        return "A schema is an object, true or false"
    return _REMEDIES.get(keywords[-1], f"Look up what {keywords[-1]} takes")


_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"})
_REMEDIES = {
    "type": "Use array, boolean, integer, null, number, object or string",
    "required": "Give it a list of names, each once",
    "enum": "Give it a list of values",
    **dict.fromkeys(_NAMED_SCHEMAS, "Give it an object: name, then schema"),
}
"""For keywords that are often got wrong."""


def _pattern_faults(schema: Json) -> list[SchemaFault]:
    """Patterns that RE2 does not take: every engine that may ever run them does so in linear time."""
    patterns = list(schema_patterns(schema))
    if len(patterns) > MOST_PATTERNS:
        why = f"there are more than {MOST_PATTERNS} patterns in the schema"
        return [SchemaFault("", why, "Use fewer patterns")]
    refused = ((pointer, refusal(pattern)) for pointer, pattern in patterns)
    return [SchemaFault(pointer, why, REMEDY) for pointer, why in refused if why is not None]


def _compile_faults(schema: Json) -> list[SchemaFault]:
    """Unknown formats, and what else only the compiler knows, show up here."""
    try:
        compile_schema(schema)
    except jsonschema_rs.ValidationError as error:
        why = error.message.splitlines()[0].partition(". ")[0]
        return [SchemaFault(format_pointer(error.instance_path), why, f"Use one of {', '.join(FORMATS)}")]
    return []


@cache
def _meta() -> jsonschema_rs.Draft202012Validator:
    """The meta-schema, from inside the library."""
    return jsonschema_rs.Draft202012Validator({"$ref": DIALECT}, retriever=_refuse)


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not in this file")


def _options() -> _Options:
    return {
        "validate_formats": True,
        "ignore_unknown_formats": False,
        "retriever": _refuse,
        "pattern_options": jsonschema_rs.RegexOptions(),
        "mask": "***",
    }
