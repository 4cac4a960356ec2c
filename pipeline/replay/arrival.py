"""Waiting for a schema: a job that starts by itself once the bundle in use knows a version of a subject."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..core.document import Json
from .reading import members, text


class _Subject(Protocol):
    @property
    def schemas(self) -> Collection[str]: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """``subject@version``. The job takes traces that turn out to be of it, and leaves all others where they are."""

    subject: str
    version: str

    def __str__(self) -> str:
        return f"{self.subject}@{self.version}"

    @classmethod
    def parse(cls, written: str) -> "Arrival":
        """The inverse of ``str``. Raises ``ValueError`` for anything else."""
        subject, _, version = written.partition("@")
        if not subject or not version:
            raise ValueError("write it as subject@version")
        return cls(subject, version)

    def has_come(self, subjects: Mapping[str, _Subject]) -> bool:
        """Whether a bundle with these subjects knows the version."""
        found = subjects.get(self.subject)
        return found is not None and self.version in found.schemas

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        return {"subject": self.subject, "version": self.version}

    @classmethod
    def from_json(cls, document: Json) -> "Arrival":
        """The inverse. Raises ``ValueError`` for anything else, without quoting it."""
        parts = members(document)
        return cls.parse(f"{text(parts, 'subject')}@{text(parts, 'version')}")
