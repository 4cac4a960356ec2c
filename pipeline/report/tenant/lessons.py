"""What a producer's people should know, a lesson for each kind of problem (S0-167, S0-168)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Lesson:
    """Something to learn."""

    topic: str
    title: str
    why: str
    practices: tuple[str, ...]
    read: str
    """A page of the documentation."""


_CODES = "docs/reference/codes.md"

LESSONS: Final[Sequence[Lesson]] = (
    Lesson(
        "encoding",
        "Traces that everybody can read",
        "A value that is not one JSON text in UTF-8 has no owner, no time and no tenant: nothing more can be said of it, "
        "and it ends as a dead letter.",
        (
            "Write values with a JSON library, never by joining texts.",
            "Publish the bytes as they were written: no second encoding, no cut at a length.",
            "Keep what is large elsewhere, and put a reference into the trace.",
        ),
        "docs/reference/json.md",
    ),
    Lesson(
        "schema",
        "Schemas are a promise to readers",
        "Whoever reads a trace relies on the fields and types of its schema version; one that is missing breaks them all.",
        (
            "Name the schema version that the code was written for, and test against it: assay validate --subject … FILE.",
            "Move to the current version before the old one is deprecated.",
            "Let the producer's tests publish one trace of each kind through the quality gate.",
        ),
        "docs/reference/subjects.md",
    ),
    Lesson(
        "personal_data",
        "Personal data stays at its source",
        "A card number or an address in a trace reaches every reader and every backup; it cannot be called back.",
        (
            "Mask or tokenise before the trace is written, not after.",
            "Log identifiers of people, never what identifies them.",
            "Declare the few fields that must hold such data with x-pii in the schema.",
        ),
        _CODES,
    ),
    Lesson(
        "secrets",
        "Secrets are revoked, not deleted",
        "A key that stood in a trace has been read by somebody: only a new key helps.",
        (
            "Revoke the key first, then stop writing it.",
            "Keep headers, environments and connection strings out of inputs and outputs.",
            "Search what was published before: the same code wrote it there.",
        ),
        _CODES,
    ),
    Lesson(
        "tenancy",
        "A trace belongs to one tenant",
        "The topic says whose a trace is. A trace that names another tenant may be data of somebody else.",
        (
            "Take the tenant from the request that is traced, not from a default.",
            "Do not keep a producer's context between requests of several tenants.",
        ),
        "docs/reference/policies.md",
    ),
    Lesson(
        "governance",
        "Decisions need their evidence",
        "Without policy, consent and an audit trail without gaps nobody can show later that a run was allowed.",
        (
            "Write the governance block where the decision is taken.",
            "Append to the audit trail in the order of time, and never rewrite it.",
            "Let somebody else approve an override, and say why.",
        ),
        "docs/reference/policies.md",
    ),
    Lesson(
        "consistency",
        "A trace tells one story",
        "States, times and totals that contradict each other make every figure that is built on them wrong.",
        (
            "Set status and end time together, once the run has ended.",
            "Derive totals from the steps instead of counting beside them.",
            "Give names that say something to a reader who was not there.",
        ),
        _CODES,
    ),
    Lesson(
        "performance",
        "Small traces are read",
        "Large and deep traces cost every reader, and slow runs are found late when all of them look slow.",
        (
            "Bound lists and texts where they are collected.",
            "Reference documents instead of embedding them.",
            "Look at a run that takes longer than its budget while it runs.",
        ),
        "docs/reference/policies.md",
    ),
    Lesson(
        "time",
        "Times with a zone, from a clock that is right",
        "Order, latency and retention depend on time; a time without a zone means another moment to each reader.",
        (
            "Write UTC as RFC 3339 with Z.",
            "Let the hosts of producers follow NTP, and alarm on their skew.",
            "Publish when it happens, not in a batch at night.",
        ),
        _CODES,
    ),
)

_BY_TOPIC = {lesson.topic: lesson for lesson in LESSONS}
_BY_FAMILY = {
    "corrupt": "encoding",
    "schema": "schema",
    "compliance": "governance",
    "business": "consistency",
    "performance": "performance",
    "time": "time",
}
_BY_START = (
    ("security.pii_", "personal_data"),
    ("security.secret_", "secrets"),
    ("security.tenant_", "tenancy"),
)


def lesson_of(code: str) -> Lesson | None:
    """The lesson that is behind a code; ``None`` for one that says nothing about the trace, or is not known here."""
    for start, topic in _BY_START:
        if code.startswith(start):
            return _BY_TOPIC[topic]
    topic_of_family = _BY_FAMILY.get(code.partition(".")[0])
    return None if topic_of_family is None else _BY_TOPIC[topic_of_family]


def lessons_for(codes: Iterable[str]) -> tuple[Lesson, ...]:
    """Each lesson once, in the order of the codes: the most needed first."""
    found = (lesson_of(code) for code in codes)
    return tuple(dict.fromkeys(lesson for lesson in found if lesson is not None))
