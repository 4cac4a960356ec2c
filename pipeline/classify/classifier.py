"""Classification: from a record of ``traces.invalid`` to its one record for ``traces.classified``, and its facts (DESIGN 8)."""

from typing import NamedTuple

import orjson

from ..core import headers as names
from ..core.fingerprint import fingerprint
from ..core.issue import Severity
from ..core.outcome import Disposition, Reason
from ..core.outgoing import Outgoing
from ..core.quick import maker
from ..core.record import Record
from ..core.topics import TopicRole
from ..core.verdict import NONE
from ..policy.bundle import Bundle
from ..policy.safe import safe_id
from .decision import KILLER, MAX_ATTEMPTS, NO_ENVELOPE, Decision, decide
from .envelope import Envelope, read_envelope
from .fact import FactWriter
from .group import fingerprint_of, groups_of
from .issue import IssueReader, Unknown, primary
from .rules import NoRules, RemediationRules

_REPLACED = frozenset({names.BUNDLE, names.REASON, names.SEVERITY, names.FINGERPRINT, names.DISPOSITION})
_SEVERITIES = {severity: (names.SEVERITY, severity.encode()) for severity in Severity}
_DISPOSITIONS = {word: (names.DISPOSITION, word.encode()) for word in Disposition}
_REASONS = {reason: (names.REASON, reason.encode()) for reason in Reason}


class Classified(NamedTuple):
    """What classification made of one record."""

    outgoing: Outgoing
    """For ``traces.classified``, on the record's own partition number."""
    facts: list[Outgoing]
    tenant: str
    reason: Reason
    unknown: tuple[Unknown, ...]
    """One for each word of an issue that is not known here."""


_make_outgoing = maker(Outgoing)
_make_classified = maker(Classified)


class Classifier:
    """Classifies by one bundle. Never opens a payload, never raises for what a record holds (D-15)."""

    __slots__ = ("_bundle", "_facts", "_max_attempts", "_read_issue", "_rules", "_teams")

    def __init__(
        self, bundle: Bundle, rules: RemediationRules | None = None, max_attempts: int = MAX_ATTEMPTS
    ) -> None:
        self._bundle = (names.BUNDLE, bundle.short_id.encode())
        self._teams = bundle.teams
        self._facts = FactWriter(bundle)
        self._read_issue = IssueReader(bundle.classification).__call__
        self._rules = rules or NoRules()
        self._max_attempts = max_attempts

    def __call__(self, record: Record) -> Classified:
        """The record with what today's bundle says of it; one that holds no envelope goes on as it came."""
        envelope = read_envelope(record.value)
        if envelope is None:
            return self._as_it_came(record, NO_ENVELOPE)
        issues = [self._read_issue(item) for item in envelope.issues]
        first = issues[0] if len(issues) == 1 else primary(issues)
        decision = decide(envelope, issues, self._rules, self._max_attempts)
        subject, tenant, producer = envelope.subject, envelope.tenant, envelope.producer
        named, _ = fingerprint_of(first.code, subject, first.path, tenant, producer)
        value = _written(envelope, first.severity, named, self._teams[first.category], decision)
        if value is None:
            return self._as_it_came(record, NO_ENVELOPE)
        facts = self._facts(envelope, groups_of(issues, subject, tenant, producer), named)
        unknown = tuple([word for issue in issues for word in issue.unknown])
        outgoing = self._outgoing(record, value, decision, first.severity, named)
        return _make_classified((outgoing, facts, tenant, decision.reason, unknown))

    def killer(self, record: Record) -> Classified:
        """The outcome of a record that ends processes: it goes on as it came, unread (rule 10)."""
        return self._as_it_came(record, KILLER)

    def _as_it_came(self, record: Record, decision: Decision) -> Classified:
        """Critical: nobody can tell, and what cannot be told is never low (D-21)."""
        tenant = safe_id((names.first(record.headers, names.TENANT) or b"").decode("utf-8", "replace"))
        named = fingerprint(decision.reason, NONE, NONE, tenant, NONE)
        outgoing = self._outgoing(record, record.value, decision, Severity.CRITICAL, named)
        return _make_classified((outgoing, [], tenant, decision.reason, ()))

    def _outgoing(
        self, record: Record, value: bytes | None, decision: Decision, severity: Severity, named: str
    ) -> Outgoing:
        headers = [pair for pair in record.headers if pair[0] not in _REPLACED]
        headers += (
            self._bundle,
            _REASONS[decision.reason],
            _DISPOSITIONS[decision.disposition],
            _SEVERITIES[severity],
            (names.FINGERPRINT, named.encode()),
        )
        return _make_outgoing((TopicRole.CLASSIFIED, record.partition, record.key, value, headers, None))


def _written(
    envelope: Envelope, severity: Severity, named: str, team: str, decision: Decision
) -> bytes | None:
    """The same document with what was decided; ``None`` for one that can be read but not written, so deep it is."""
    document = envelope.document
    document["severity"] = severity
    document["fingerprint"] = named
    document["team"] = team
    document["disposition"] = decision.disposition
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        return None
