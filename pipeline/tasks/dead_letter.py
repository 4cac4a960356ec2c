"""A dead letter as a task needs it: what is in the open, and only what is fit to be shown."""

import re
from typing import Any, NamedTuple

import orjson

from ..core import headers as names
from ..core.code_words import SENTENCES
from ..core.codes import IssueCode
from ..core.issue import Severity
from ..core.record import Record, Source
from ..core.team import DEFAULT_TEAM, Team
from ..core.text import clip
from ..policy.safe import safe_id
from .task import MOST_ISSUES, TaskIssue

FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_CODES = {code.value: code for code in IssueCode}
_SEVERITIES = {severity.value: severity for severity in Severity}
_TEAMS = {team.value: team for team in Team}
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z")
_MOST_TEXT = 256


class DeadLetter(NamedTuple):
    """What stands on ``dlq.traces.raw``. Members that could not be read are ``none``, or the worst that they can be (D-21)."""

    fingerprint: str
    root: str
    """The first raw record; empty when nobody can tell."""
    attempt: int
    tenant: str
    subject: str
    trace_id: str
    severity: Severity
    team: Team
    reason: str
    detected_at: str
    issues: tuple[TaskIssue, ...]


def read_dead_letter(record: Record) -> DeadLetter | None:
    """The dead letter in a record; ``None`` when it has no fingerprint, for then there is nothing to group it by.

    Never raises (D-15). One without an envelope is known by its headers.
    """
    fingerprint = _header(record, names.FINGERPRINT)
    if not FINGERPRINT.fullmatch(fingerprint):
        return None
    document = _document(record.value)
    source = _header(record, names.REPLAY_OF) or _header(record, names.SRC)
    severity = _SEVERITIES.get(_header(record, names.SEVERITY), Severity.CRITICAL)
    attempt = _header(record, names.ATTEMPT)
    issues = document.get("issues")
    detected_at = document.get("detected_at")
    return DeadLetter(
        fingerprint,
        source if _is_source(source) else "",
        int(attempt) if attempt.isascii() and attempt.isdigit() and len(attempt) < 5 else 0,
        safe_id(_header(record, names.TENANT)),
        safe_id(document.get("subject")),
        safe_id(document.get("trace_id")),
        severity,
        _TEAMS.get(str(document.get("team")), DEFAULT_TEAM),
        safe_id(_header(record, names.REASON)),
        detected_at if isinstance(detected_at, str) and _TIME.fullmatch(detected_at) else "",
        tuple(map(_issue, issues[:MOST_ISSUES])) if isinstance(issues, list) else (),
    )


def _document(value: bytes | None) -> dict[str, Any]:
    try:
        document = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _issue(item: Any) -> TaskIssue:
    """An issue with the description that our own code has of it: the envelope's text is not needed."""
    parts = item if isinstance(item, dict) else {}
    code = _CODES.get(str(parts.get("code")))
    return TaskIssue(
        category=safe_id(parts.get("category")),
        severity=safe_id(parts.get("severity")),
        code=safe_id(parts.get("code")),
        description=SENTENCES[code] if code else "A code that is not known here.",
        field=_text(parts.get("path")) or "the whole trace",
        expected=_text(parts.get("expected")),
        actual=_text(parts.get("actual_masked")),
    )


def _text(value: object) -> str:
    return clip(value, _MOST_TEXT) if isinstance(value, str) else ""


def _header(record: Record, name: str) -> str:
    return (names.first(record.headers, name) or b"").decode("utf-8", "replace")


def _is_source(text: str) -> bool:
    try:
        Source.parse(text)
    except ValueError:
        return False
    return len(text) <= 300
