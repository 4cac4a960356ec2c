"""Audit entries, each bound to the one before it by hash, so that no change of the past goes unseen (DESIGN 9)."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from .canonical import canonical
from .document import Json
from .errors import RefusedError
from .text import clip
from .word import Word

SCHEMA = "assay/audit/1-0-0"
START = "0" * 64
"""``prev`` of the very first entry."""
MOST_TEXT = 500
"""Characters of ``actor``, ``target`` and ``reason``."""
_ACTION = re.compile(r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}")
_MEMBERS = frozenset({"schema", "seq", "at", "actor", "action", "target", "reason", "prev"})


class Act(NamedTuple):
    """What somebody did. None of it holds a value of a trace: ``target`` is an id, ``reason`` a person's sentence."""

    actor: str
    action: str
    """``noun.verb``, such as ``quarantine.open``."""
    target: str
    reason: str
    at: str
    """RFC 3339, nine digits."""


class Link(NamedTuple):
    """An end of the chain: the number of an entry, and the SHA-256 of its bytes."""

    seq: int
    hash: str


NOTHING = Link(-1, START)
"""The end of an empty chain."""


class Entry(NamedTuple):
    """An act in its place."""

    seq: int
    act: Act
    prev: str


def chained(act: Act, last: Link) -> tuple[bytes, Link]:
    """The bytes of the entry for an act (RFC 8785), and the new end of the chain.

    Texts that are too long are cut. Raises :class:`RefusedError` for an act without actor or reason, or whose
    action is not ``noun.verb``: what cannot be accounted for must not be done.
    """
    if not act.actor.strip() or not act.reason.strip():
        raise RefusedError("an act needs an actor and a reason: say who does it and why")
    if not _ACTION.fullmatch(act.action):
        raise RefusedError("the action of an audit entry is noun.verb, in small letters")
    document: Json = {
        "schema": SCHEMA,
        "seq": last.seq + 1,
        "at": act.at,
        "actor": clip(act.actor, MOST_TEXT),
        "action": act.action,
        "target": clip(act.target, MOST_TEXT),
        "reason": clip(act.reason, MOST_TEXT),
        "prev": last.hash,
    }
    value = canonical(document)
    return value, Link(last.seq + 1, hash_of(value))


def hash_of(value: bytes) -> str:
    """What the next entry's ``prev`` must be: SHA-256 of the bytes, 64 hex digits."""
    return hashlib.sha256(value).hexdigest()


def decoded(value: bytes | None) -> Entry:
    """The entry in these bytes. Raises ``ValueError``, which quotes nothing, when they are not an entry's own bytes."""
    try:
        document = orjson.loads(value or b"")
        same = type(document) is dict and document.keys() == _MEMBERS and canonical(document) == value
    except ValueError:  # orjson's and rfc8785's errors are ValueErrors; they may quote what they read
        same = False
    if not same or document["schema"] != SCHEMA or type(document["seq"]) is not int:
        raise ValueError("not an audit entry") from None
    texts = [document[name] for name in ("actor", "action", "target", "reason", "at", "prev")]
    if not all(type(text) is str for text in texts):
        raise ValueError("not an audit entry")
    *act, prev = texts
    return Entry(document["seq"], Act(*act), prev)


class Tampering(Word):
    """What was done to an audit log."""

    EDITED = "edited"
    """An entry is not what was written: the one after it names another hash, or it is no entry at all."""
    DELETED = "deleted"
    """Numbers are missing."""
    INSERTED = "inserted"
    """A number comes twice."""
    SWAPPED = "swapped"
    """An entry stands behind one with a higher number."""
    TRUNCATED = "truncated"
    """The log ends before an entry of which a checkpoint says that it was written."""
    REWRITTEN = "rewritten"
    """A consistent chain, but another one than the checkpoints saw."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One thing wrong with an audit log, and where."""

    kind: Tampering
    offset: int
    """Of the record at which it shows; -1 = behind the last."""
    seq: int
    """The entry's number; of one that cannot be read, the number that should stand there."""


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What :func:`verify` found."""

    entries: int
    last: Link
    findings: tuple[AuditFinding, ...]


def verify(records: Iterable[tuple[int, bytes | None]], checkpoints: Sequence[Link] = ()) -> AuditVerdict:
    """Check a log from its first kept record on: (offset, value) in the order of the topic.

    Checkpoints are ends of the chain that were noted elsewhere when they were written, and which the log must still
    hold; without any, a log whose end was cut off, or which was written anew as a whole, looks sound, and so does
    one that lost its beginning (retention takes that, too).
    """
    noted = {point.seq: point.hash for point in checkpoints}
    found: list[AuditFinding] = []
    seen: set[int] = set()
    last: Link | None = None
    count = 0
    for offset, value in records:
        count += 1
        link, wrong = _judged(value or b"", last, seen)
        if wrong is None and noted.get(link.seq, link.hash) != link.hash:
            wrong = Tampering.REWRITTEN
        if wrong is None and last is None and min(noted, default=link.seq) < link.seq:
            wrong = Tampering.DELETED
        if wrong is not None:
            found.append(AuditFinding(wrong, offset, link.seq))
        seen.add(link.seq)
        last = link
    end = max(seen, default=-1)
    if end < max(noted, default=-1):
        found.append(AuditFinding(Tampering.TRUNCATED, -1, end + 1))
    return AuditVerdict(count, last or NOTHING, tuple(found))


def _judged(value: bytes, last: Link | None, seen: set[int]) -> tuple[Link, Tampering | None]:
    """An entry's link, and what is wrong with its place behind ``last`` (``None``: it is the first that is kept)."""
    try:
        entry = decoded(value)
    except ValueError:
        return Link(0 if last is None else last.seq + 1, hash_of(value)), Tampering.EDITED
    link = Link(entry.seq, hash_of(value))
    if last is None:
        return link, None if entry.seq or entry.prev == START else Tampering.EDITED
    if entry.seq in seen:
        return link, Tampering.INSERTED
    if entry.seq < last.seq:
        return link, Tampering.SWAPPED
    if entry.seq > last.seq + 1:
        return link, Tampering.DELETED
    return link, None if entry.prev == last.hash else Tampering.EDITED
