"""What escalation reads of an issue group: a record of ``quality.issue_groups``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ..core.clock import NANOS_PER_SECOND, ns_of
from ..core.errors import PermanentError
from ..core.issue import Category, Severity
from ..core.team import DEFAULT_TEAM
from ..core.verdict import NONE
from ..core.word import Word
from ..policy.safe import safe_id

_MINUTE_NS: Final = 60 * NANOS_PER_SECOND
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_CODE: Final = re.compile(r"[a-z]{1,32}\.[a-z0-9_]{1,64}")
_RULE: Final = re.compile(r"[A-Za-z0-9_.:@/-]{0,128}")
_TEAM: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_UNKNOWN_CODE: Final = "unknown.code"
_MOST: Final = 2**53 - 1


class UnreadableGroupError(PermanentError):
    """What stands on ``quality.issue_groups`` is no issue group: set the record aside and tell an operator."""


class GroupStatus(Word):
    """Where a group is in its life (S0-60)."""

    DETECTED = "detected"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    IGNORED = "ignored"


CLOSED: Final = frozenset({GroupStatus.RESOLVED, GroupStatus.IGNORED})


@dataclass(frozen=True, slots=True)
class Mark:
    """A person has acknowledged or confirmed."""

    by: str
    at: str
    """As it stands on the group: RFC 3339."""


@dataclass(frozen=True, slots=True)
class Group:
    """An issue group, as far as calling people depends on it and may speak of it. No value of a trace."""

    fingerprint: str
    code: str
    category: Category
    severity: Severity
    """The worst of the episode."""
    status: GroupStatus
    episode: int
    """Which time it is open; reopening adds one."""
    opened_ns: int
    """First detection of the episode."""
    count: int
    tenant: str
    rule: str
    team: str
    acknowledged: Mark | None = None
    confirmed: Mark | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody has to do anything about it."""
        return self.status not in CLOSED


@dataclass(frozen=True, slots=True)
class Seen:
    """A group, and how often it was seen lately."""

    group: Group
    last_seen_ns: int
    minutes: tuple[tuple[int, int], ...]
    """(number of the minute since 1970, how many)."""

    def since(self, start_ns: int) -> int:
        """How many there were in the minutes that began after this time."""
        return sum(count for minute, count in self.minutes if minute * _MINUTE_NS > start_ns)


def read_group(value: bytes, now_ns: int) -> Seen:
    """The group of a record's value.

    What is not known in it counts as the worst: a severity as critical, a status as open (D-21); times that cannot be
    read are now. Raises :class:`UnreadableGroupError` for what is no group at all.
    """
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise UnreadableGroupError("the record is not JSON") from None
    named = document.get("fingerprint") if isinstance(document, dict) else None
    if not isinstance(named, str) or not _FINGERPRINT.fullmatch(named):
        raise UnreadableGroupError("the record names no issue group")
    group = Group(
        fingerprint=named,
        code=_matching(document, "code", _CODE, _UNKNOWN_CODE),
        category=_word(document, "category", Category, Category.SCHEMA),
        severity=_word(document, "severity", Severity, Severity.CRITICAL),
        status=_word(document, "status", GroupStatus, GroupStatus.DETECTED),
        episode=_count(document.get("episode")),
        opened_ns=_time(document.get("opened_at"), now_ns),
        count=_count(document.get("count")),
        tenant=_tenant(document.get("tenants")),
        rule=_matching(document, "rule", _RULE, ""),
        team=_matching(document, "team", _TEAM, DEFAULT_TEAM.value),
        acknowledged=_mark(document.get("acknowledged")),
        confirmed=_mark(document.get("confirmed")),
    )
    last_seen_ns = _time(document.get("last_seen"), now_ns)
    return Seen(group, last_seen_ns, _minutes(document.get("rate")))


def _word(document: Mapping[str, Any], key: str, words: type[Any], otherwise: Any) -> Any:
    return next((word for word in words if word.value == document.get(key)), otherwise)


def _matching(document: Mapping[str, Any], key: str, pattern: re.Pattern[str], otherwise: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) and pattern.fullmatch(value) else otherwise


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else 0


def _time(value: object, now_ns: int) -> int:
    """A detection that lies ahead of the clock would put off the first call: it is now."""
    try:
        return min(ns_of(value), now_ns) if isinstance(value, str) else now_ns
    except ValueError:
        return now_ns


def _tenant(value: object) -> str:
    """A fingerprint is of one tenant (DESIGN 8)."""
    match value:
        case [{"tenant_id": tenant}, *_]:
            return safe_id(tenant)
        case _:
            return NONE


def _mark(value: object) -> Mark | None:
    match value:
        case None | False:
            return None
        case {"by": str(by), "at": str(at)}:
            return Mark(by, at)
        case _:
            return Mark(NONE, "")


def _minutes(value: object) -> tuple[tuple[int, int], ...]:
    rows = value.get("minutes") if isinstance(value, dict) else None
    if not isinstance(rows, Sequence):
        return ()
    return tuple((_count(row[0]), _count(row[1])) for row in rows if isinstance(row, list) and len(row) == 2)
