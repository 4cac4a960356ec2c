"""What was seen of an issue group within a window of time (S0-95)."""

from collections import Counter, deque
from typing import Protocol

from ..core.document import Json
from ..core.issue import Category, Severity

MOST_SOURCES = 5
"""Samples: the newest."""


class Fact(Protocol):
    """One trace has this problem: what ``quality.issues`` says. Texts of time are RFC 3339 with nine digits and ``Z``."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def category(self) -> Category: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def path(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def occurrences(self) -> int: ...
    @property
    def tenant(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def producer(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def detected_at(self) -> str: ...


class GroupWindow:
    """Facts of one fingerprint, added up. Facts may come in any order; no value of a trace is in them."""

    __slots__ = (
        *("_sources", "category", "code", "fingerprint", "first_seen", "issues", "last_seen", "path"),
        *("producers", "rule", "severity", "subject", "tenants", "traces"),
    )

    def __init__(self, fact: Fact) -> None:
        self.fingerprint = fact.fingerprint
        self.code, self.category, self.severity = fact.code, fact.category, fact.severity
        self.path, self.rule, self.subject = fact.path, fact.rule, fact.subject
        self.traces = self.issues = 0
        self.first_seen = self.last_seen = fact.detected_at
        self.tenants: Counter[str] = Counter()
        self.producers: Counter[tuple[str, str]] = Counter()
        self._sources: deque[tuple[str, str]] = deque(maxlen=MOST_SOURCES)
        self.take(fact)

    def take(self, fact: Fact) -> None:
        """One more trace."""
        self.traces += 1
        self.issues += fact.occurrences
        self.first_seen = min(self.first_seen, fact.detected_at)
        self.last_seen = max(self.last_seen, fact.detected_at)
        self.severity = max(self.severity, fact.severity, key=lambda severity: severity.rank)
        self.tenants[fact.tenant] += 1
        self.producers[fact.producer, fact.version] += 1
        self._sources.append((fact.detected_at, fact.source))

    @property
    def sources(self) -> list[str]:
        """Raw records of some of the traces, the newest first."""
        return [source for _, source in sorted(self._sources, reverse=True)]

    def document(self) -> dict[str, Json]:
        """Its JSON form."""
        return {
            "traces": self.traces,
            "issues": self.issues,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "tenants": [{"tenant_id": name, "traces": count} for name, count in self.tenants.most_common()],
            "producers": [
                {"name": name, "version": version, "traces": count}
                for (name, version), count in self.producers.most_common()
            ],
            "sources": [*self.sources],
        }
