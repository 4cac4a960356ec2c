"""``policies/security.yaml``: What counts as personal data or a secret, and where it may stand (S0-9, S0-10, S0-38)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..core.codes import IssueCode
from ..core.document import Json, parse_pointer
from ..core.errors import Problem
from ..core.word import Word
from .fields import Fields, closest
from .rule_fields import POINTER, entries, mapping
from .subject import Subject
from .subschemas import all_subschemas

TYPES: Final[Mapping[str, IssueCode]] = {
    code.value.removeprefix("security.").removeprefix("pii_"): code
    for code in IssueCode
    if code.family == "security"
}
"""How policies and schemas name what may stand somewhere: ``email``, ``card``, ``secret_jwt``, ``tenant_mismatch``, …"""

X_PII: Final = "x-pii"
"""The annotation in a subject's JSON Schema: the field is meant to hold data of these types."""

REST: Final = "**"
"""The last part of an allowed path: whatever lies below."""


class IpScope(Word):
    """Which addresses are findings."""

    PUBLIC = "public"
    PRIVATE = "private"
    """RFC 1918, unique local, carrier-grade NAT."""
    LOOPBACK = "loopback"
    RESERVED = "reserved"
    """Documentation, link-local, multicast, and what nobody has been given."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where data of some types may stand, because somebody said so."""

    codes: frozenset[IssueCode]
    path: tuple[str, ...]
    """Reference tokens; ``*`` is any one of them, :data:`REST` at the end any number."""
    tenants: frozenset[str] | None
    """Whose traces; ``None``: everybody's."""


@dataclass(frozen=True, slots=True)
class SecurityRules:
    """Settings of the detector ``security``; the defaults are those of a bundle without the file."""

    ip_scopes: frozenset[IpScope] = frozenset({IpScope.PUBLIC})
    phone_regions: tuple[str, ...] = (
        *("US", "GB", "DE", "FR", "ES", "IT", "NL", "SE", "IN", "AU", "BR", "SG"),
    )
    secret_names: frozenset[str] = frozenset()
    """Further names of members whose values are secrets, in lower case."""
    harmless_names: frozenset[str] = frozenset()
    """Names of members that sound like a secret and hold none, in lower case."""
    placeholders: frozenset[str] = frozenset()
    """Further values that stand for a secret which is not there, in lower case."""
    tenant_names: frozenset[str] = frozenset({"tenant_id", "tenant"})
    """Members that hold a tenant's id, wherever they stand; compared without case, ``_`` and ``-``."""
    nested_levels: int = 2
    nested_bytes: int = 1_000_000
    """Of texts inside texts, in one trace; more than that cannot be judged, and the trace stops."""
    allowed: Mapping[str, tuple[Allowance, ...]] = field(default_factory=dict[str, Any])
    """By subject; under ``""`` what holds for all."""


KEYS = (
    "ip_scopes",
    "phone_regions",
    "secret_names",
    "harmless_names",
    "placeholders",
    "tenant_names",
    "nested_levels",
    "nested_bytes",
    "allow",
    "subjects",
)
_ALLOW_KEYS = ("types", "path", "tenants", "reason")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_REGION = re.compile(r"[A-Z]{2}")
_MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{1,63}")
_VALUE = re.compile(r"[^\x00-\x1f]{1,200}")
_TYPE = re.compile("|".join(TYPES))
_SCOPE = re.compile("|".join(scope.value for scope in IpScope))


def parse_security(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> SecurityRules:
    """The rules; an absent key has its default. Types that a schema misspells at ``x-pii`` are problems too."""
    fields = Fields(where, document, KEYS, problems)
    defaults = SecurityRules()
    allowed = {"": tuple(_allowances(fields, problems))}
    for name, settings in mapping(fields, "subjects").items():
        if name not in subjects:
            fields.problem(f"subjects.{name}", "is no subject", closest(name, sorted(subjects)))
        inner = Fields(fields.place(f"subjects.{name}"), settings, ("allow",), problems)
        allowed[name] = tuple(_allowances(inner, problems))
    for subject in subjects.values():
        _check_annotations(subject, problems)
    return SecurityRules(
        ip_scopes=frozenset(map(IpScope, fields.texts("ip_scopes", _SCOPE)))
        if fields.has("ip_scopes")
        else defaults.ip_scopes,
        phone_regions=fields.texts("phone_regions", _REGION)
        if fields.has("phone_regions")
        else defaults.phone_regions,
        secret_names=_lower(fields, "secret_names"),
        harmless_names=_lower(fields, "harmless_names"),
        placeholders=frozenset(text.lower() for text in fields.texts("placeholders", _VALUE)),
        tenant_names=_lower(fields, "tenant_names") if fields.has("tenant_names") else defaults.tenant_names,
        nested_levels=_given(fields.integer("nested_levels", 0, 4, 2), defaults.nested_levels),
        nested_bytes=_given(fields.integer("nested_bytes", 0, 10_000_000, 1_000_000), defaults.nested_bytes),
        allowed=allowed,
    )


def declared_types(node: Mapping[str, Json]) -> frozenset[IssueCode]:
    """The codes that a schema node allows by its annotation; unknown words allow nothing."""
    words = node.get(X_PII)
    return frozenset(
        TYPES[word]
        for word in (words if isinstance(words, list) else ())
        if isinstance(word, str) and word in TYPES
    )


def _lower(fields: Fields, key: str) -> frozenset[str]:
    return frozenset(name.lower() for name in fields.texts(key, _MEMBER))


def _given(value: int | None, default: int) -> int:
    return default if value is None else value


def _allowances(fields: Fields, problems: list[Problem]) -> Iterator[Allowance]:
    for entry in entries(fields, "allow", _ALLOW_KEYS, problems):
        types = entry.texts("types", _TYPE)
        if not types:
            entry.problem("types", "names nothing", f"Name some of {', '.join(TYPES)}")
        path = entry.text("path", POINTER)
        entry.text("reason", _VALUE)
        tenants = frozenset(entry.texts("tenants", _TENANT)) if entry.has("tenants") else None
        if path is None or not types:
            continue
        tokens = parse_pointer(path)
        if REST in tokens[:-1]:
            entry.problem("path", f"has {REST} before its end", "Use * for one step, and ** as the last one")
        yield Allowance(frozenset(TYPES[word] for word in types), tokens, tenants)


def _check_annotations(subject: Subject, problems: list[Problem]) -> None:
    for version, schema in subject.schemas.items():
        for pointer, node in all_subschemas(schema):
            if not isinstance(node, dict) or X_PII not in node:
                continue
            words = node[X_PII]
            listed = words if isinstance(words, list) else [words]
            wrong = [word for word in listed if not isinstance(word, str) or word not in TYPES]
            if wrong or not isinstance(words, list):
                problems.append(
                    Problem(
                        f"schemas/{subject.name}/{version}.json: {pointer}/{X_PII}",
                        "is not a list of types that Assay knows",
                        f"Use some of {', '.join(TYPES)}",
                    )
                )
