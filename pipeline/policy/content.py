"""What a bundle's id is the hash of: the parsed content as one JSON document."""

from collections.abc import Mapping
from dataclasses import asdict

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Category
from ..core.team import Team
from .bundle import AvroSchema, Binding, Limits, Pointers, Subject
from .classification import CodePolicy
from .escalation import EscalationMatrix, matrix_document

_EXACT = 2**53
"""RFC 8785 writes numbers as IEEE doubles; past this an integer may not be one."""


def bundle_content(
    *,
    limits: Limits,
    subjects: Mapping[str, Subject],
    bindings: Mapping[str, Binding],
    classification: Mapping[IssueCode, CodePolicy],
    rules: Mapping[str, Json],
    teams: Mapping[Category, Team],
    escalation: EscalationMatrix,
    notifications: Json,
    tasks: Json,
    quality: Json,
    drill: Json,
    remediation_rules: Mapping[str, Json],
) -> Json:
    """Everything that a verdict depends on, in a form that RFC 8785 can write. Layout, order and comments are gone."""
    return {
        "bindings": {topic: _binding(binding) for topic, binding in bindings.items()},
        "classification": {
            code.value: {
                "category": policy.category.value,
                "severity": policy.severity.value,
                "mode": policy.mode.value,
                "at": {point.value: mode.value for point, mode in policy.at.items()},
            }
            for code, policy in classification.items()
        },
        "rules": {name: exact(document) for name, document in rules.items()},
        "limits": asdict(limits),
        "teams": {category.value: team.value for category, team in teams.items()},
        "escalation": matrix_document(escalation),
        "notifications": exact(notifications),
        "tasks": exact(tasks),
        "quality": exact(quality),
        "drill": exact(drill),
        "remediation_rules": {path: exact(document) for path, document in remediation_rules.items()},
        "subjects": {name: _subject(subject) for name, subject in subjects.items()},
    }


def _binding(binding: Binding) -> Json:
    return {
        "tenant": binding.tenant,
        "default_subject": binding.default_subject,
        "subjects": [*sorted(binding.subjects)],
    }


def _subject(subject: Subject) -> Json:
    return {
        "trace_types": [*sorted(subject.trace_types)],
        "current": subject.current_version,
        "deprecated": [*sorted(subject.deprecated_versions)],
        "schemas": {version: exact(schema) for version, schema in subject.schemas.items()},
        "pointers": _pointers(subject.pointers),
        "dimensions": {name: format_pointer(tokens) for name, tokens in subject.dimensions.items()},
        "expected": [*sorted(format_pointer(tokens) for tokens in subject.expected)],
        "upgrades": [
            asdict(upgrade) for upgrade in sorted(subject.upgrades, key=lambda one: one.from_version)
        ],
        "avro": [_avro(avro) for avro in sorted(subject.avro, key=lambda avro: avro.schema_id)],
        "decode_only": subject.decode_only,
    }


def _pointers(pointers: Pointers) -> Json:
    return {
        name: None if tokens is None else format_pointer(tokens) for name, tokens in asdict(pointers).items()
    }


def _avro(avro: AvroSchema) -> Json:
    return {"id": avro.schema_id, "version": avro.version, "schema": exact(avro.document)}


def exact(document: Json) -> Json:
    """The document with every integer that a double may not hold as its decimal text, marked as such."""
    match document:
        case dict():
            return {key: exact(value) for key, value in document.items()}
        case list():
            return [exact(value) for value in document]
        case int() if not -_EXACT < document < _EXACT:
            return {"\x00integer": str(document)}
        case _:
            return document
