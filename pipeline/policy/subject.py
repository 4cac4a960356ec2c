"""A kind of trace, as policy describes it (DESIGN 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.document import Json


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where things stand in a subject's documents: reference tokens, or ``None`` when it has no such thing."""

    trace_id: tuple[str, ...] | None = None
    tenant: tuple[str, ...] | None = None
    trace_type: tuple[str, ...] | None = None
    schema_version: tuple[str, ...] | None = None
    time: tuple[str, ...] | None = None
    """When it began, or, without ``end``, when it happened."""
    end: tuple[str, ...] | None = None
    status: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    governance: tuple[str, ...] | None = None
    trust_score: tuple[str, ...] | None = None
    producer: tuple[str, ...] | None = None
    producer_version: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AvroSchema:
    """A writer schema that producers of a subject may use, by its registry id."""

    schema_id: int
    version: str
    """The JSON Schema version that the decoded document is judged by."""
    document: Json
    """The ``.avsc`` as parsed JSON; checked at load to be safe to decode untrusted bytes with."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The way from one version to a later one. Only declared here: remediation takes it."""

    from_version: str
    to_version: str
    rule: str
    """Name of the remediation rule that does it."""


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
    expected: tuple[tuple[str, ...], ...] = ()
    """Members that a trace may leave out, and that readers miss (S0-24)."""
    upgrades: tuple[Upgrade, ...] = ()
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Name → where it stands: members of few values, which may be named when traces are compared (S0-96)."""
    decode_only: bool = False
    """Judge no schema at all: the pseudo-subject ``any`` of ``assay validate``."""
