"""The bundle and its parts: immutable, named by the hash of their content (DESIGN 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.document import Json


@dataclass(frozen=True, slots=True)
class Limits:
    """What one trace may cost."""

    max_value_bytes: int = 1_000_000
    """A larger value is ``corrupt.too_large``; the size is that of the value as it came, decompressed."""
    max_key_and_headers_bytes: int = 65_536
    """Key and headers travel on with a passing trace; more of them than this is ``corrupt.too_large`` too."""
    max_depth: int = 64
    """Objects and arrays inside one another; deeper is ``corrupt.depth``."""
    max_issues: int = 200
    """Issues that an envelope lists; more are counted, not listed."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a raw topic is declared to carry, and whose it is (DESIGN 9)."""

    topic: str
    """The topic's name without the prefix, e.g. ``traces.raw`` or ``traces.raw.acme``."""
    tenant: str | None
    """The tenant that the topic belongs to, or ``None``: shared by declaration, the body names the tenant."""
    default_subject: str
    subjects: frozenset[str]
    """The subjects that header ``assay-subject`` or the body may name."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where things stand in a subject's documents: reference tokens, or ``None`` when it has no such thing."""

    trace_id: tuple[str, ...] | None = None
    tenant: tuple[str, ...] | None = None
    trace_type: tuple[str, ...] | None = None
    schema_version: tuple[str, ...] | None = None
    time: tuple[str, ...] | None = None
    status: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    governance: tuple[str, ...] | None = None
    trust_score: tuple[str, ...] | None = None
    producer: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AvroSchema:
    """A writer schema that producers of a subject may use, by its registry id."""

    schema_id: int
    version: str
    """The JSON Schema version that the decoded document is judged by."""
    document: Json
    """The ``.avsc`` as parsed JSON; checked at load to be safe to decode untrusted bytes with."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of trace: its versions and where to find things in it (DESIGN 6)."""

    name: str
    trace_types: frozenset[str]
    """Values at the ``trace_type`` pointer that mean this subject."""
    current_version: str
    schemas: Mapping[str, Json]
    """Version → JSON Schema (2020-12)."""
    deprecated_versions: frozenset[str]
    pointers: Pointers
    avro: tuple[AvroSchema, ...] = ()
    decode_only: bool = False
    """Judge no schema at all: the pseudo-subject ``any`` of ``assay validate``."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a verdict depends on but the bytes and the clock."""

    bundle_id: str
    """SHA-256 of the canonical JSON (RFC 8785) of the bundle's content, 64 hex digits."""
    limits: Limits
    subjects: Mapping[str, Subject]
    bindings: Mapping[str, Binding]
    """By topic name without prefix."""
    by_trace_type: Mapping[str, str] = field(default_factory=dict[str, Any])
    """Trace type → subject name."""

    @property
    def short_id(self) -> str:
        """The first 12 hex digits: the value of header ``assay-bundle``."""
        return self.bundle_id[:12]
