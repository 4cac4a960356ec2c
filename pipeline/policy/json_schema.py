"""Compiling the schemas of subjects, and finding what is wrong with one before any trace meets it."""

from collections.abc import Callable
from functools import cache
from typing import NoReturn, TypedDict

import jsonschema_rs

from ..core.document import Json, format_pointer
from .references import reference_problems

DIALECT = "https://json-schema.org/draft/2020-12/schema"


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


def schema_problems(schema: Json) -> list[str]:
    """Why a schema cannot be used: sentences, each with the place in the file; empty when it can."""
    if not isinstance(schema, dict):
        return ["a schema of a subject is an object"]
    if schema.get("$schema", DIALECT) != DIALECT:
        return [f"$schema is not {DIALECT}"]
    problems = [
        f"{format_pointer(error.instance_path)}: breaks the rule {error.kind.name!r} of JSON Schema 2020-12"
        for error in _meta().iter_errors(schema)
    ] or reference_problems(schema)
    return problems or _compile_problems(schema)


def _compile_problems(schema: Json) -> list[str]:
    """Unknown formats and patterns that are not regular in the strict sense show up here."""
    try:
        compile_schema(schema)
    except jsonschema_rs.ValidationError as error:
        return [f"{format_pointer(error.instance_path)}: {error.message.splitlines()[0]}"]
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
