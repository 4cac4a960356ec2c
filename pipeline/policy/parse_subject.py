"""One folder ``schemas/<subject>/``: ``subject.yaml``, a JSON Schema per version, Avro schemas."""

import re
from collections.abc import Mapping
from dataclasses import fields as members

from ..core.document import Json
from ..core.errors import Problem
from .any_subject import ANY
from .avro_check import check_avro_schema
from .bundle import AvroSchema, Pointers, Subject
from .fields import Fields
from .json_schema import schema_problems
from .parse_versions import VERSION, parse_current, parse_deprecated, parse_expected, parse_upgrades

KEYS = (
    "subject",
    "trace_types",
    "current",
    "deprecated",
    "upgrades",
    "expected",
    "pointers",
    "dimensions",
    "avro",
)
AVRO_KEYS = ("id", "version", "file")
POINTERS = tuple(member.name for member in members(Pointers))

SUBJECT_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
TRACE_TYPE = re.compile(r"[!-~]{1,128}")
AVRO_FILE = re.compile(r"[A-Za-z0-9._-]+\.avsc")
MAX_SCHEMA_ID = 2**31 - 1
DIMENSION = re.compile(r"[a-z][a-z0-9_]{0,31}")
MOST_DIMENSIONS = 20

_RESERVED = frozenset({ANY, "none"})
_TAKEN = frozenset({*POINTERS, "subject", "topic", "partition", "hour"})
"""Dimensions that every trace has."""


def parse_subject(name: str, folder: Mapping[str, Json], problems: list[Problem]) -> Subject | None:
    """The subject in a folder (file name → parsed content), or ``None`` when it cannot be made out at all."""
    where = f"schemas/{name}"
    if not SUBJECT_NAME.fullmatch(name) or name in _RESERVED:
        problems.append(
            Problem(where, "is no name for a subject", f"Use {SUBJECT_NAME.pattern}, not any or none")
        )
    schemas = _schemas(where, folder, problems)
    if "subject.yaml" not in folder:
        if not any(problem.where == f"{where}/subject.yaml" for problem in problems):
            problems.append(Problem(f"{where}/subject.yaml", "is missing", "Say what the subject is"))
        return None
    fields = Fields(f"{where}/subject.yaml", folder["subject.yaml"], KEYS, problems)
    stated = fields.text("subject", SUBJECT_NAME)
    if stated is not None and stated != name:
        fields.problem(
            "subject", f"{stated!r} is not the name of its folder", f"Write {name}, or rename the folder"
        )
    pointers = _pointers(fields, problems)
    trace_types = fields.texts("trace_types", TRACE_TYPE)
    if (pointers.trace_type is None) != (not trace_types):
        fields.problem("trace_types", "and pointers.trace_type go together", "Give both or neither")
    return Subject(
        name=name,
        trace_types=frozenset(trace_types),
        current_version=parse_current(fields, schemas),
        schemas=schemas,
        deprecated_versions=parse_deprecated(fields, schemas),
        pointers=pointers,
        expected=parse_expected(fields, _sound(where, schemas, problems)),
        upgrades=parse_upgrades(fields, schemas, problems),
        dimensions=_dimensions(fields, problems),
        avro=_avro(fields, folder, schemas, problems),
    )


def _schemas(where: str, folder: Mapping[str, Json], problems: list[Problem]) -> dict[str, Json]:
    schemas: dict[str, Json] = {}
    for file, schema in folder.items():
        version = file.removesuffix(".json")
        if version == file:
            continue
        if not VERSION.fullmatch(version):
            problems.append(Problem(f"{where}/{file}", "is not named by a version", "Name it 1.0.0.json"))
        problems.extend(
            Problem(f"{where}/{file}", why, "Correct the schema") for why in schema_problems(schema)
        )
        schemas[version] = schema
    return schemas


def _sound(where: str, schemas: Mapping[str, Json], problems: list[Problem]) -> dict[str, Json]:
    """The schemas that nothing is wrong with: only in these may references be followed."""
    broken = {problem.where for problem in problems}
    return {version: schema for version, schema in schemas.items() if f"{where}/{version}.json" not in broken}


def _pointers(fields: Fields, problems: list[Problem]) -> Pointers:
    places = Fields(
        fields.place("pointers"), fields.get("pointers") if fields.has("pointers") else {}, POINTERS, problems
    )
    return Pointers(**{key: places.pointer(key) for key in POINTERS})


def _dimensions(fields: Fields, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """Key ``dimensions``: what whoever wrote the file vouches for: few values, none of them personal."""
    listed = fields.get("dimensions") if fields.has("dimensions") else {}
    names = tuple(listed) if isinstance(listed, dict) else ()
    if len(names) > MOST_DIMENSIONS:
        fields.problem(
            "dimensions", f"are more than {MOST_DIMENSIONS}", "Declare those that tell groups apart"
        )
    places = Fields(fields.place("dimensions"), listed, names, problems)
    found = {}
    for name in names:
        if not DIMENSION.fullmatch(name) or name in _TAKEN:
            places.problem(
                name,
                "is no name for a dimension",
                f"Use {DIMENSION.pattern}, and not one of {', '.join(sorted(_TAKEN))}",
            )
        elif (tokens := places.pointer(name)) is not None:
            found[name] = tokens
    return found


def _avro(
    fields: Fields, folder: Mapping[str, Json], schemas: Mapping[str, Json], problems: list[Problem]
) -> tuple[AvroSchema, ...]:
    listed = fields.get("avro") if fields.has("avro") else []
    if not isinstance(listed, list):
        fields.problem("avro", "is not a list", "Write one entry per Avro schema: id, version, file")
        return ()
    parsed = []
    used = set()
    for index, entry in enumerate(listed):
        entry_fields = Fields(fields.place(f"avro[{index}]"), entry, AVRO_KEYS, problems)
        schema_id = entry_fields.integer("id", 1, MAX_SCHEMA_ID)
        version = entry_fields.text("version", VERSION)
        file = entry_fields.text("file", AVRO_FILE)
        if version is not None and version not in schemas:
            entry_fields.problem("version", f"there is no {version}.json", "Name a version that is there")
        if file is not None and file not in folder:
            entry_fields.problem("file", f"there is no {file}", "Add the file")
        elif file is not None:
            used.add(file)
            for why in check_avro_schema(folder[file]):
                entry_fields.problem("file", f"{file}: {why}", "Correct the Avro schema")
            if schema_id is not None and version is not None:
                parsed.append(AvroSchema(schema_id=schema_id, version=version, document=folder[file]))
    for file in folder:
        if file.endswith(".avsc") and file not in used:
            fields.problem("avro", f"nothing refers to {file}", "Give it an id, or remove it")
    return tuple(parsed)
