"""What the auditor remembers of a failing trace on its way through the classifier: digests and our own words."""

import hashlib
import json
import re
from collections import Counter
from typing import Any, NamedTuple

from assay.pipeline.core import headers as names
from assay.pipeline.core.document import without_indexes
from assay.pipeline.core.outcome import Disposition, Reason
from assay.pipeline.core.record import Headers, Record, Source, source_of
from assay.pipeline.core.team import Team
from assay.pipeline.core.verdict import NONE

from .documents import digest_without, document_of, text_of
from .event import read_event
from .facts import Digest, Marks
from .marks import read_marks

DECIDED = ("severity", "fingerprint", "team", "disposition")
"""The members of an envelope that the classifier writes; all others leave as they came."""
AS_IT_CAME = frozenset({Reason.ENVELOPE_UNREADABLE, Reason.WORKER_CRASH})
"""Reasons of records that the classifier passes on without reading them."""
_COMMAND = b"assay.issue.command.v1"
_REPLACED = frozenset({names.BUNDLE, names.REASON, names.SEVERITY, names.FINGERPRINT, names.DISPOSITION})
_DISPOSITIONS = frozenset(Disposition)
_TEAMS = frozenset(Team)
_CODE = re.compile(r"[a-z]{1,32}\.[a-z0-9_]{1,64}")


class Decided(NamedTuple):
    """What an envelope says was decided; empty where it says nothing."""

    severity: str
    fingerprint: str
    team: str
    disposition: str


class HopRecord(NamedTuple):
    """A record of ``traces.invalid`` or of ``traces.classified``, read."""

    at: Source
    marks: Marks
    digest: Digest
    """Of all that the classifier must not change: key, the envelope but what is decided, headers but those replaced."""
    whole: bytes
    """SHA-256 of the value."""
    decided: Decided
    said: Decided
    """The same, by the headers; ``team`` is in none."""
    groups: frozenset[str]
    """The fingerprints of its issues, worked out here. None for what is no envelope."""

    @property
    def kept(self) -> "Came":
        """What is kept of it while its classified record is looked for."""
        return Came(self.marks.source, self.marks.tenant, self.digest, self.whole, self.groups)


class Came(NamedTuple):
    """A record of ``traces.invalid``, as far as what became of it is judged by it."""

    source: Source | None
    tenant: str
    digest: Digest
    whole: bytes
    groups: frozenset[str]


class IssueFact(NamedTuple):
    """A record of ``quality.issues``, read."""

    at: Source
    source: Source | None
    tenant: str
    fingerprint: str
    faults: tuple[str, ...]


def read_hop(record: Record) -> HopRecord:
    """Read a failing trace. Never raises, whatever it holds."""
    document = document_of(record.value)
    ours = {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}
    return HopRecord(
        source_of(record),
        read_marks(record.headers),
        digest_without(record, document, DECIDED, _kept(record.headers)),
        hashlib.sha256(record.value or b"").digest(),
        Decided(*(text_of((document or {}).get(name)) for name in DECIDED)),
        Decided(
            ours.get(names.SEVERITY, ""), ours.get(names.FINGERPRINT, ""), "", ours.get(names.DISPOSITION, "")
        ),
        _groups(document),
    )


def is_command(record: Record) -> bool:
    """Whether a record of ``quality.issues`` is what a person asks for, and so no fact: the issues lane answers it."""
    return names.first(record.headers, names.CE_TYPE) == _COMMAND


def read_fact(record: Record) -> IssueFact:
    """Read an issue fact. Never raises; what is missing or odd is a fault."""
    event = read_event(record)
    faults = event.faults
    if any(name in event.document for name in ("payload", "actual_masked", "expected")):
        faults += ("it holds more than a fact may",)
    tenant = text_of(event.document.get("tenant_id"))
    return IssueFact(source_of(record), event.source, tenant, event.fingerprint, faults)


def unfit(came: Came, went: HopRecord) -> list[str]:
    """What is wrong with a classified record beside the one that it came from, in words that hold no value."""
    why = list(went.marks.faults)
    if went.digest.key != came.digest.key:
        why.append("the key differs")
    if (went.digest.value, went.digest.length) != (came.digest.value, came.digest.length):
        why.append("the envelope or its payload differs in more than what is decided")
    if went.digest.headers != came.digest.headers:
        why.append("the headers differ")
    if went.marks.outcome not in (None, "classified"):
        why.append("header assay-outcome does not fit the topic")
    if went.said.disposition not in _DISPOSITIONS:
        why.append("header assay-disposition is missing or no disposition")
    if went.marks.reason in AS_IT_CAME:
        if went.whole != came.whole:
            why.append("it was to go on as it came")
        return why
    if went.said != went.decided._replace(team=""):
        why.append("headers and envelope say different things")
    if went.decided.team not in _TEAMS:
        why.append("team is none")
    if went.decided.fingerprint not in went.groups:
        why.append("its fingerprint is of none of its issues")
    return why


def mismatch(expected: frozenset[str], found: Counter[str]) -> str | None:
    """How the facts of a trace differ from its issues, or ``None``."""
    missing = len(expected - found.keys())
    foreign = sum(found[named] for named in found.keys() - expected)
    doubled = sum(found[named] - 1 for named in found.keys() & expected)
    if not (missing or foreign or doubled):
        return None
    return f"of {len(expected)} facts {missing} are missing, {doubled} doubled, {foreign} of other issues"


def _kept(headers: Headers) -> list[tuple[str, bytes | None]]:
    return [pair for pair in headers if pair[0] not in _REPLACED]


def _groups(document: dict[str, Any] | None) -> frozenset[str]:
    """Worked out apart from the pipeline's code (DESIGN 8)."""
    if document is None or not isinstance(document.get("issues"), list):
        return frozenset()
    producer = document.get("producer")
    name = text_of(producer.get("name")) if isinstance(producer, dict) else ""
    tail = (text_of(document.get("tenant_id")) or NONE, name or NONE)
    found = set()
    for issue in document["issues"]:
        issue = issue if isinstance(issue, dict) else {}  # noqa: PLW2901 - an odd one has no members
        parts = [
            _code(issue.get("code")),
            text_of(document.get("subject")),
            _shape(text_of(issue.get("path"))),
        ]
        text = json.dumps(
            [*(part or NONE for part in parts), *tail], ensure_ascii=False, separators=(",", ":")
        )
        found.add(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16])
    return frozenset(found)


def _code(value: object) -> str:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else "unknown.code"


def _shape(path: str) -> str:
    try:
        return without_indexes(path)
    except ValueError:
        return path
