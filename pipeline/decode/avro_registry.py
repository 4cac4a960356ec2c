"""The writer schemas of a bundle, ready to read with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastavro.schema import parse_schema

from ..core.document import Json
from ..core.errors import ConfigError, Problem
from ..policy.avro_check import check_avro_schema
from ..policy.bundle import AvroSchema, Bundle
from .avro_guard import Guard, build_guard


@dataclass(frozen=True, slots=True)
class AvroReader:
    """One writer schema, compiled."""

    subject: str
    schema: AvroSchema
    parsed: Any
    """What ``fastavro`` decodes with."""
    guard: Guard
    """What looks first."""


class AvroRegistry:
    """The schemas that Avro values may name: those of the bundle, and never one from the network."""

    def __init__(self, bundle: Bundle) -> None:
        """Raises ``ConfigError`` for a schema that is not safe to use on any bytes, and for an id used twice."""
        self._readers: dict[int, AvroReader] = {}
        problems: list[Problem] = []
        for subject, schema in _schemas(bundle):
            where = f"avro schema {schema.schema_id} of {subject}"
            problems += [
                Problem(where, reason, "Change the schema.") for reason in check_avro_schema(schema.document)
            ]
            if schema.schema_id in self._readers:
                problems.append(Problem(where, "another schema has this id", "Give each schema its own id."))
            if not problems:
                self._readers[schema.schema_id] = _compile(subject, schema)
        if problems:
            raise ConfigError(problems)

    def find(self, schema_id: int) -> AvroReader | None:
        """The reader for a schema id, or ``None`` when the bundle has no such schema."""
        return self._readers.get(schema_id)


def _schemas(bundle: Bundle) -> Iterator[tuple[str, AvroSchema]]:
    for name, subject in bundle.subjects.items():
        for schema in subject.avro:
            yield name, schema


def _compile(subject: str, schema: AvroSchema) -> AvroReader:
    parsed = parse_schema(_without_logical_types(schema.document))
    return AvroReader(subject, schema, parsed, build_guard(parsed))


def _without_logical_types(schema: Json) -> Json:
    """The schema by which a timestamp is the integer that it was written as: JSON has no other type for it."""
    match schema:
        case dict():
            return {key: _without_logical_types(part) for key, part in schema.items() if key != "logicalType"}
        case list():
            return [_without_logical_types(part) for part in schema]
        case _:
            return schema
