"""A bundle as a JSON document for people and programs: what applies, defaults included."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from ..core.canonical import content_id
from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from .bundle import Bundle
from .classification import EnforcementPoint
from .content import exact
from .escalation import matrix_document
from .subject import Pointers, Subject

SECTIONS = (
    "subjects",
    "bindings",
    "classification",
    "teams",
    "escalation",
    "notifications",
    "tasks",
    "quality",
    "drill",
    "limits",
    "rules",
    "remediation_rules",
)
"""The members of :func:`shown` beside ``id``."""


def shown(bundle: Bundle) -> dict[str, Json]:
    """The bundle. Equal bundles give equal documents; a schema is shown by its hash."""
    return {
        "id": bundle.bundle_id,
        "subjects": {name: _subject(subject) for name, subject in sorted(bundle.subjects.items())},
        "bindings": {
            topic: {
                "tenant": binding.tenant,
                "default_subject": binding.default_subject,
                "subjects": [*sorted(binding.subjects)],
            }
            for topic, binding in sorted(bundle.bindings.items())
        },
        "classification": {code.value: _policy(bundle, code) for code in IssueCode},
        "teams": {category.value: team.value for category, team in bundle.teams.items()},
        "escalation": matrix_document(bundle.escalation),
        "notifications": plain(bundle.notifications),
        "tasks": plain(bundle.tasks),
        "quality": plain(bundle.quality),
        "drill": plain(bundle.drill),
        "limits": plain(bundle.limits),
        "rules": plain(bundle.rules),
        "remediation_rules": {name: rule.document for name, rule in sorted(bundle.remediation_rules.items())},
    }


def _policy(bundle: Bundle, code: IssueCode) -> Json:
    policy = bundle.classification[code]
    return {
        "category": policy.category.value,
        "severity": policy.severity.value,
        "mode": {point.value: policy.mode_at(point).value for point in EnforcementPoint},
    }


def _subject(subject: Subject) -> Json:
    return {
        "trace_types": [*sorted(subject.trace_types)],
        "current": subject.current_version,
        "deprecated": [*sorted(subject.deprecated_versions)],
        "versions": {version: content_id(exact(schema)) for version, schema in subject.schemas.items()},
        "pointers": _pointers(subject.pointers),
        "dimensions": {name: format_pointer(tokens) for name, tokens in subject.dimensions.items()},
        "expected": [format_pointer(tokens) for tokens in subject.expected],
        "upgrades": plain(subject.upgrades),
        "avro": {str(avro.schema_id): avro.version for avro in subject.avro},
    }


def _pointers(pointers: Pointers) -> Json:
    places = {field.name: getattr(pointers, field.name) for field in fields(Pointers)}
    return {name: format_pointer(tokens) for name, tokens in places.items() if tokens is not None}


def plain(value: Any) -> Json:
    """Settings of any kind as JSON: dataclasses by field, sets sorted, patterns by their text."""
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case IPv4Network() | IPv6Network():
            return str(value)
        case Mapping():
            return {_key(key): plain(one) for key, one in value.items()}
        case set() | frozenset():
            return sorted(map(plain, value), key=str)
        case list() | tuple():
            return [plain(one) for one in value]
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _ if isinstance(getattr(value, "pattern", None), str | bytes):
            return plain(value.pattern)
        case bytes():
            return value.decode(errors="replace")
        case _:
            return type(value).__name__


def _key(key: Any) -> str:
    match key:
        case Enum():
            return str(key.value)
        case tuple():
            return ".".join(map(str, key))
        case _:
            return str(key)
