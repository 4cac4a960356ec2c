"""What is said on ``quality.policy``: a bundle to try, and what became of it (ADR 7).

Three keys, so that compaction keeps the last word on each: ``candidate``, ``active``, ``refused``.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from types import UnionType
from typing import Any, TypeAlias

from ..core.canonical import canonical
from ..core.errors import Problem

SCHEMA = "assay/policy/1-0-0"
CANDIDATE, ACTIVE, REFUSED = "candidate", "active", "refused"
MOST_PROBLEMS = 50
"""Problems that a refusal lists; the person who has these corrected asks again."""
MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bundle that an operator wants to be used."""

    files: Mapping[str, bytes]
    """As :func:`~assay.pipeline.policy.parse.load_bundle` takes them."""
    note: str
    published_at: str
    restart: bool
    """Whether the workers will be restarted: a bundle that binds other topics takes effect only then."""


@dataclass(frozen=True, slots=True)
class Active:
    """A candidate that was checked and is to be used."""

    candidate: int
    """The offset of what this answers."""
    bundle: str
    """The bundle's id as the agent computed it, 64 hex digits."""
    files: Mapping[str, bytes]
    note: str
    published_at: str
    activated_at: str

    @property
    def activated_s(self) -> float:
        """Seconds since 1970."""
        return datetime.fromisoformat(self.activated_at).timestamp()


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate that was checked and is not to be used."""

    candidate: int
    bundle: str | None
    """``None`` when the files make no bundle."""
    problems: tuple[Problem, ...]
    refused_at: str


Publication: TypeAlias = Candidate | Active | Refused


def key_of(publication: Publication) -> str:
    """The record's key."""
    match publication:
        case Candidate():
            return CANDIDATE
        case Active():
            return ACTIVE
        case Refused():
            return REFUSED


def encode(publication: Publication) -> bytes:
    """The record's value: canonical JSON. Raises ``UnicodeDecodeError`` for a file that is not UTF-8."""
    document: dict[str, Any] = {"schema": SCHEMA}
    document |= {field.name: getattr(publication, field.name) for field in fields(publication)}
    match publication:
        case Refused():
            document["problems"] = [asdict(problem) for problem in publication.problems[:MOST_PROBLEMS]]
        case Candidate() | Active():
            document["files"] = {path: content.decode() for path, content in publication.files.items()}
    return canonical(document)


def decode(key: str, value: bytes) -> Publication:
    """The publication that a record holds. Raises ``ValueError`` for one that Assay did not write."""
    try:
        document = json.loads(value)
        if document.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        _check(document, _MEMBERS[key])
        return _read(key, document)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a publication ({type(error).__name__})") from None


_SHARED: Mapping[str, type | UnionType] = {"files": dict, "note": str, "published_at": str}
_MEMBERS: Mapping[str, Mapping[str, type | UnionType]] = {
    CANDIDATE: {**_SHARED, "restart": bool},
    ACTIVE: {**_SHARED, "candidate": int, "bundle": str, "activated_at": str},
    REFUSED: {"candidate": int, "bundle": str | None, "problems": list, "refused_at": str},
}


def _check(document: Mapping[str, object], members: Mapping[str, type | UnionType]) -> None:
    if document.keys() != members.keys():
        raise TypeError("other members")
    for name, kind in members.items():
        if not isinstance(document[name], kind):
            raise TypeError(name)


def _read(key: str, document: dict[str, Any]) -> Publication:
    if key == REFUSED:
        return Refused(**document | {"problems": tuple(Problem(**found) for found in document["problems"])})
    files = {path: content.encode() for path, content in document["files"].items()}
    if key == CANDIDATE:
        return Candidate(**document | {"files": files})
    active = Active(**document | {"files": files})
    _ = active.activated_s  # raises for what is no time
    return active
