"""Lints of subjects and their schemas."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from ...core.document import Json, format_pointer
from ..bundle import Bundle, Pointers, Subject
from ..declared import may_have
from ..note import Level, Note


def unreachable_versions(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """Schemas that no trace can ask for, and versions whose order contradicts itself."""
    del documents
    for subject in bundle.subjects.values():
        if subject.pointers.schema_version is None:
            by_avro = {avro.version for avro in subject.avro}
            for version in sorted(set(subject.schemas) - by_avro - {subject.current_version}):
                yield Note(
                    Level.ERROR,
                    f"schemas/{subject.name}/{version}.json",
                    "",
                    f"is unreachable: traces of {subject.name} name no version, so all are {subject.current_version}",
                    "Add pointers.schema_version to subject.yaml, or remove the schema",
                )
        for version in sorted(subject.deprecated_versions):
            if _number(version) > _number(subject.current_version):
                yield Note(
                    Level.ERROR,
                    _file(subject),
                    "deprecated",
                    f"contradicts current: {version} is newer than {subject.current_version}",
                    "Deprecate what is older, or make the newer one current",
                )


def doubled_versions(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """Two versions that say the same of a trace."""
    del documents
    for subject in bundle.subjects.values():
        ordered = sorted(subject.schemas, key=_number)
        for index, version in enumerate(ordered):
            twin = next(
                (old for old in ordered[:index] if _says(subject, old) == _says(subject, version)), None
            )
            if twin is not None:
                yield Note(
                    Level.WARNING,
                    f"schemas/{subject.name}/{version}.json",
                    "",
                    f"says the same as {twin}.json",
                    "Remove one of the two, or say what is new",
                )


def pointers_to_nothing(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """A place that the current schema does not know: what is looked for there is never found in a new trace."""
    del documents
    for subject in bundle.subjects.values():
        schema = subject.schemas[subject.current_version]
        places = {
            f"pointers.{field.name}": getattr(subject.pointers, field.name) for field in fields(Pointers)
        } | {f"dimensions.{name}": tokens for name, tokens in subject.dimensions.items()}
        for place, tokens in places.items():
            if tokens is not None and not may_have(schema, tokens):
                yield Note(
                    Level.WARNING,
                    _file(subject),
                    place,
                    f"leads to {format_pointer(tokens)}, which {subject.current_version}.json does not have",
                    "Correct the pointer, or describe the member in the schema",
                )


_WORDS = frozenset({"$schema", "$id", "$comment", "title", "description", "examples"})
"""What a schema says to people."""


def _says(subject: Subject, version: str) -> Json:
    schema = subject.schemas[version]
    if not isinstance(schema, dict):
        return schema
    return {key: value for key, value in schema.items() if key not in _WORDS}


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _file(subject: Subject) -> str:
    return f"schemas/{subject.name}/subject.yaml"
