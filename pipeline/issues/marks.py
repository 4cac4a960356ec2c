"""What a group remembers of what happened to it. Every text in here is a name, an id or what a person wrote."""

from dataclasses import dataclass

from ..core.issue import Severity
from .status import Happening, Refusal, Status


@dataclass(frozen=True, slots=True)
class Mark:
    """Who said so, why and when."""

    by: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of status: actor, reason, time, and what caused it (OPERATIONS 4.1)."""

    was: Status
    became: Status
    happening: Happening
    actor: str
    reason: str
    at: str
    episode: int
    """The one that ended or went on with it."""
    opened_at: str
    """When that episode began."""
    severity: Severity
    cause: str
    """``topic/partition/offset`` of the record on ``quality.issues``."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that was not carried out."""

    command: Happening
    actor: str
    status: Status
    """What the group's was."""
    why: Refusal
    at: str
    cause: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A trace of the group, by where its raw record lies."""

    at: str
    source: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Producer:
    """A producer's version that sent such traces."""

    name: str
    version: str
    count: int
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class FirstBad:
    """The earliest trace of an episode, and the version that it came from: where to look for the regression."""

    name: str
    version: str
    at: str
    source: str


@dataclass(frozen=True, slots=True)
class TenantCount:
    """Traces of a tenant."""

    tenant_id: str
    count: int
