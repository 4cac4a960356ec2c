"""What a replay job is asked to do: which failing traces, how fast, how far."""

from dataclasses import dataclass, field
from typing import Any

from ..core.document import Json
from ..core.issue import Severity
from ..core.record import Source
from ..core.topics import TopicRole
from ..core.word import Word
from .arrival import Arrival
from .reading import boolean, integer, members, text, texts
from .undo import Undo

DEFAULT_RATE = 500
MOST_RATE = 100_000
DEFAULT_HOPS = 5
"""Tries of one trace after its first: it is then for a person to look why it comes back (fault 28)."""
MOST_HOPS = 50
MOST_SOURCES_NAMED = 5000
"""Sources in one filter: a command is one record of at most a mebibyte."""


class Origin(Word):
    """Where traces are taken from."""

    QUARANTINE = "quarantine"
    DEAD_LETTER = "dead_letter"
    REMEDIATED = "remediated"
    """Repaired ones, whose repair is undone."""

    @property
    def role(self) -> TopicRole:
        """The topic."""
        return _ROLES[self]


_ROLES = {
    Origin.QUARANTINE: TopicRole.QUARANTINE,
    Origin.DEAD_LETTER: TopicRole.DEAD_LETTER,
    Origin.REMEDIATED: TopicRole.REMEDIATED,
}


@dataclass(frozen=True, slots=True)
class ReplayFilter:
    """Which failing traces. A part that is empty lets all through; those that are not must all hold."""

    tenant: str = ""
    code: str = ""
    """Of any of the trace's issues."""
    fingerprint: str = ""
    severity: Severity | None = None
    since: str = ""
    """Detected at this time or later: RFC 3339 with nine digits and Z, as all times on the wire."""
    until: str = ""
    """Detected before this time."""
    sources: frozenset[Source] = frozenset()
    """Raw records: the first ones, or any later try of them."""

    def to_json(self) -> dict[str, Json]:
        """Only the parts that are not empty."""
        parts: dict[str, Json] = {
            "tenant": self.tenant,
            "code": self.code,
            "fingerprint": self.fingerprint,
            "severity": self.severity.value if self.severity else "",
            "since": self.since,
            "until": self.until,
            "sources": [str(source) for source in sorted(self.sources)],
        }
        return {name: part for name, part in parts.items() if part}

    @classmethod
    def from_json(cls, document: Json) -> "ReplayFilter":
        """The inverse. Raises ``ValueError`` for anything else, without quoting it."""
        parts = members(document)
        severity = text(parts, "severity")
        return cls(
            text(parts, "tenant"),
            text(parts, "code"),
            text(parts, "fingerprint"),
            Severity(severity) if severity else None,
            text(parts, "since"),
            text(parts, "until"),
            frozenset(map(Source.parse, texts(parts, "sources"))),
        )


class EditKind(Word):
    """How a person has traces changed on their way."""

    PATCH = "patch"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to every trace of a job: a JSON Patch, sealed because it may hold values, or a remediation rule's name."""

    kind: EditKind
    rule: str = ""
    sealed: dict[str, Any] = field(default_factory=dict)
    """The sealed patch in its JSON form; opened with the tenant and ``aad`` by whoever applies it."""
    tenant: str = ""
    aad: str = ""

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        if self.kind is EditKind.RULE:
            return {"kind": self.kind.value, "rule": self.rule}
        return {"kind": self.kind.value, "sealed": self.sealed, "tenant": self.tenant, "aad": self.aad}

    @classmethod
    def from_json(cls, document: Json) -> "Edit":
        """The inverse. Raises ``ValueError`` for anything else."""
        parts = members(document)
        kind = EditKind(text(parts, "kind"))
        sealed = members(parts.get("sealed", {}))
        return cls(kind, text(parts, "rule"), dict(sealed), text(parts, "tenant"), text(parts, "aad"))


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """A job as it was asked for."""

    filter: ReplayFilter = field(default_factory=ReplayFilter)
    origins: tuple[Origin, ...] = (Origin.QUARANTINE, Origin.DEAD_LETTER)
    rate_per_s: int = DEFAULT_RATE
    hop_limit: int = DEFAULT_HOPS
    force: bool = False
    """Also what has passed since, or is under way, and what ended worker processes."""
    only_passing: bool = False
    """Leave where it is what today's bundle would not let pass."""
    edit: Edit | None = None
    arrival: Arrival | None = None
    """Wait for this schema, then take only what is of it."""
    undo: Undo | None = None
    """Take back what a rule repaired; of the filter, the tenant alone counts then, and the only origin is ``remediated``."""

    def __post_init__(self) -> None:
        if (self.undo is not None) != (Origin.REMEDIATED in self.origins) or (
            self.undo is not None and (len(self.origins) > 1 or self.edit or self.arrival or self.force)
        ):
            raise ValueError("only to undo a rule, and for nothing else, repaired traces are replayed")

    def overlaps(self, other: "ReplayRequest") -> bool:
        """Whether both may want the same trace, as far as can be told from the filters alone."""
        if not set(self.origins) & set(other.origins):
            return False
        mine, theirs = self.filter, other.filter
        for one, two in ((mine.tenant, theirs.tenant), (mine.fingerprint, theirs.fingerprint)):
            if one and two and one != two:
                return False
        return not (mine.sources and theirs.sources and mine.sources.isdisjoint(theirs.sources))

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        document: dict[str, Json] = {
            "filter": self.filter.to_json(),
            "origins": [origin.value for origin in self.origins],
            "rate_per_s": self.rate_per_s,
            "hop_limit": self.hop_limit,
            "force": self.force,
            "only_passing": self.only_passing,
        }
        for name, part in (("edit", self.edit), ("arrival", self.arrival), ("undo", self.undo)):
            if part is not None:
                document[name] = part.to_json()
        return document

    @classmethod
    def from_json(cls, document: Json) -> "ReplayRequest":
        """The inverse. Raises ``ValueError`` for anything that is no request, and for numbers out of range."""
        parts = members(document)
        origins = tuple(Origin(word) for word in texts(parts, "origins"))
        if not origins:
            raise ValueError("a replay needs an origin")
        edit, arrival, undo = (parts.get(name) for name in ("edit", "arrival", "undo"))
        return cls(
            ReplayFilter.from_json(parts.get("filter", {})),
            origins,
            integer(parts, "rate_per_s", 1, MOST_RATE, DEFAULT_RATE),
            integer(parts, "hop_limit", 1, MOST_HOPS, DEFAULT_HOPS),
            boolean(parts, "force"),
            boolean(parts, "only_passing"),
            None if edit is None else Edit.from_json(edit),
            None if arrival is None else Arrival.from_json(arrival),
            None if undo is None else Undo.from_json(undo),
        )
