"""Faults in the meaning: each changes a clean document, so that it can be read but is not as its schema says (S0-7, S0-8, S0-24 … S0-26, S0-31)."""

import random
from collections.abc import Callable, Mapping, Sequence

import orjson

from ..core.codes import IssueCode
from ..core.document import Json
from .fault import Fault

Document = dict[str, Json]
Change = tuple[tuple[str, ...], Json]

UNKNOWN_SUBJECTS = ("invoice_trace", "workflow-trace", "WorkflowTrace", "trace")
OUTDATED_VERSION, DEPRECATED_VERSION = "1.1.0", "1.0.0"
UNKNOWN_VERSIONS = ("9.0.0", "1.2", "2.0.0-rc1", "latest")

REQUIRED = (
    ("trace_id",),
    ("workflow_id",),
    ("status",),
    ("started_at",),
    ("context",),
    ("context", "tenant_id"),
    ("steps",),
)
"""Members that no trace may be without; those that choose the schema are left out, or another one would judge."""

WRONG_TYPES: Sequence[Change] = (
    (("context", "tenant_id"), "1001"),
    (("trust_score",), "0.93"),
    (("steps",), {"s1": "completed"}),
    (("started_at",), 1_763_000_000),
    (("metrics", "execution_time_ms"), "fast"),
    (("status",), "done"),
    (("workflow_id",), None),
)
WRONG_FORMATS: Sequence[Change] = (
    (("started_at",), "2026-03-01T10:00:00+0100"),
    (("started_at",), "01.03.2026"),
    (("started_at",), "yesterday"),
)
MINOR: Sequence[Change] = (
    (("trust_score",), 1.2),
    (("trust_score",), -0.01),
    (("metrics", "execution_time_ms"), -1),
)


def subject_unknown(document: Document, rng: random.Random) -> bytes:
    """A trace type that no subject has."""
    return orjson.dumps({**document, "trace_type": rng.choice(UNKNOWN_SUBJECTS)})


def version_unknown(document: Document, rng: random.Random) -> bytes:
    """A version that the subject does not have."""
    return orjson.dumps({**document, "schema_version": rng.choice(UNKNOWN_VERSIONS)})


def required_missing(document: Document, rng: random.Random) -> bytes:
    """One of :data:`REQUIRED` is not there."""
    *path, name = rng.choice(REQUIRED)
    return orjson.dumps(_changed(document, path, lambda parent: parent.pop(name)))


def type_invalid(document: Document, rng: random.Random) -> bytes:
    """One of :data:`WRONG_TYPES`."""
    return _replaced(document, rng.choice(WRONG_TYPES))


def format_inconsistent(document: Document, rng: random.Random) -> bytes:
    """A time that is text, but not RFC 3339."""
    return _replaced(document, rng.choice(WRONG_FORMATS))


def mismatch_minor(document: Document, rng: random.Random) -> bytes:
    """A number of the right type outside its bounds."""
    return _replaced(document, rng.choice(MINOR))


def version_outdated(document: Document, rng: random.Random) -> bytes:
    """A producer that was not updated: all that it writes is in the older version, too."""
    del rng
    return orjson.dumps({**document, "schema_version": OUTDATED_VERSION})


def field_deprecated(document: Document, rng: random.Random) -> bytes:
    """A producer that was not updated for years."""
    del rng
    return orjson.dumps({**document, "schema_version": DEPRECATED_VERSION})


def optional_missing(document: Document, rng: random.Random) -> bytes:
    """The region is not there, or as Avro writes what is not there."""
    if rng.random() < 0.5:
        return _replaced(document, (("context", "region"), None))
    return orjson.dumps(_changed(document, ("context",), lambda parent: parent.pop("region")))


def _replaced(document: Document, change: Change) -> bytes:
    (*path, name), value = change
    return orjson.dumps(_changed(document, path, lambda parent: parent.__setitem__(name, value)))


def _changed(document: Document, path: Sequence[str], change: Callable[[Document], object]) -> Document:
    """A copy of the objects on the way to the change; the rest is shared with the input, which stays as it is."""
    copy = dict(document)
    here = copy
    for token in path:
        child = here[token]
        assert isinstance(child, dict)
        here[token] = here = dict(child)
    change(here)
    return copy


FAULTS: Mapping[IssueCode, Fault] = {
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: Fault(subject_unknown, blocking=True, weight=2),
    IssueCode.SCHEMA_VERSION_UNKNOWN: Fault(version_unknown, blocking=True, weight=2),
    IssueCode.SCHEMA_REQUIRED_MISSING: Fault(required_missing, blocking=True, weight=8),
    IssueCode.SCHEMA_TYPE_INVALID: Fault(type_invalid, blocking=True, weight=8),
    IssueCode.SCHEMA_FORMAT_INCONSISTENT: Fault(format_inconsistent, blocking=False, weight=3),
    IssueCode.SCHEMA_MISMATCH_MINOR: Fault(mismatch_minor, blocking=False, weight=3),
    IssueCode.SCHEMA_VERSION_OUTDATED: Fault(version_outdated, blocking=False, weight=2),
    IssueCode.SCHEMA_FIELD_DEPRECATED: Fault(field_deprecated, blocking=False, weight=1),
    IssueCode.SCHEMA_OPTIONAL_MISSING: Fault(optional_missing, blocking=False, weight=2),
}
