"""What the records of a trace's own way tell: raw, outcomes, hops, receipts and issue facts. Payloads stay closed."""

import re
from collections.abc import Callable, Mapping, Sequence

from ..core import headers as names
from ..core.clock import NANOS_PER_MILLI, rfc3339
from ..core.document import Json
from ..core.record import Record
from ..core.retraction import TYPE as RETRACTION
from ..core.topics import TopicRole
from ..policy.safe import safe_id
from .reading import document_of, header, number, place_of, rows, source_text, text, texts
from .told import Chapter, Told

_SHOWN = ("code", "severity", "category", "blocking", "path", "rule", "expected", "actual_masked", "detector")
"""Of an issue: none of it is a value."""
_OURS = {
    "reason": names.REASON,
    "bundle": names.BUNDLE,
    "severity": names.SEVERITY,
    "fingerprint": names.FINGERPRINT,
    "job": names.REPLAY_JOB,
}
"""Members that every record has which has the header."""
_EDIT = "assay.edit.receipt"
_NAMES = re.compile(r"(/([A-Za-z_][A-Za-z0-9_]{0,63}|[0-9]{1,4}|\*|-)){1,16}")


def tell_raw(record: Record, tenant: str) -> Told:
    """The record as its producer, or a replay, wrote it; of its content only the size."""
    root, attempt = header(record, names.REPLAY_OF), header(record, names.ATTEMPT)
    by = f"replayed by job {header(record, names.REPLAY_JOB)}" if root else "published"
    return Told(
        Chapter.PUBLISHED,
        _at(record),
        place_of(record),
        f"{by}: {len(record.value or b''):,} bytes, {_several(len(record.headers), 'header')}",
        place_of(record),
        root or place_of(record),
        tenant,
        _count(attempt) if root else 0,
        {"bytes": len(record.value or b""), "job": header(record, names.REPLAY_JOB)} if root else {},
    )


def tell_passed(record: Record) -> Told:
    """``traces.valid``."""
    warnings = header(record, names.WARNINGS)
    words = f"valid, with warnings {warnings}" if warnings else "valid"
    return _told(record, Chapter.PASSED, words, warnings=[*filter(None, warnings.split(","))])


def tell_failed(record: Record) -> Told:
    """``traces.invalid``: the verdict."""
    document = document_of(record.value)
    issues = [_issue(each) for each in rows(document, "issues")]
    total = max(number(document, "issues_total"), len(issues))
    words = f"failed: {_several(total, 'issue')}, the worst {text(document, 'severity') or 'unknown'}"
    return _told(record, Chapter.FAILED, words, document, issues=[*issues], issues_total=total)


def tell_classified(record: Record) -> Told:
    """``traces.classified``: what is to be done."""
    document = document_of(record.value)
    plan = header(record, names.DISPOSITION)
    words = f"to be done: {plan or 'nothing was decided'} ({header(record, names.REASON)}); for {text(document, 'team')}"
    return _told(record, Chapter.CLASSIFIED, words, disposition=plan, team=text(document, "team"))


def tell_remediated(record: Record) -> Told:
    """``traces.remediated``: a repaired trace, which says itself where it was changed; or that a repair was taken back."""
    if retracts := header(record, names.RETRACTS):
        words = f"the repair by {header(record, names.REPLAY_WITHOUT)} was taken back"
        return _told(record, Chapter.RETRACTED, words, retracts=retracts)
    rules = rows(document_of(record.value), "remediation", "rules")
    changes: list[Json] = []
    pointers: dict[str, None] = {}
    for rule in rules:
        for each in rows(rule, "changes"):
            pointer = _pointer(text(each, "path"))
            pointers[pointer] = None
            changes.append(
                {
                    "rule": safe_id(text(rule, "rule")),
                    "version": safe_id(text(rule, "version")),
                    "op": safe_id(text(each, "op")),
                    "path": pointer,
                }
            )
    words = f"repaired{_places([*pointers])}"
    return _told(
        record, Chapter.REMEDIATED, words, repair_id=header(record, names.RECEIPT), changes=[*changes]
    )


def tell_quarantined(record: Record) -> Told:
    """``traces.quarantine``."""
    return _told(record, Chapter.QUARANTINED, f"contained: {header(record, names.REASON)}")


def tell_dead_letter(record: Record) -> Told:
    """``dlq.traces.raw``."""
    return _told(record, Chapter.DEAD_LETTERED, f"kept for a person: {header(record, names.REASON)}")


def tell_receipt(record: Record) -> Told:
    """``quality.receipts``: a rule that was tried, an edit of a person, or a repair taken back. Patches stay sealed."""
    document, kind = document_of(record.value), header(record, names.CE_TYPE)
    if kind.startswith(_EDIT):
        words = f"edited by a person, for job {text(document, 'job')}"
        return _told(record, Chapter.RECEIPT, words, document, receipt_id=text(document, "receipt_id"))
    rule = f"{text(document, 'rule')}@{text(document, 'version')}"
    if kind == RETRACTION:
        return _told(record, Chapter.RETRACTED, f"what {rule} repaired was taken back", document)
    result, error = text(document, "result"), text(document, "error")
    paths = texts(document, "paths")
    words = f"{rule}: {result}{f' ({error})' if error else ''}{_places(paths)}"
    words += f", {text(document, 'effect')}; then {text(document, 'outcome')}"
    members: dict[str, Json] = {
        name: text(document, name)
        for name in ("rule", "version", "result", "error", "effect", "outcome", "reason", "repair_id")
    }
    members["codes"] = [*texts(document, "codes")]
    members["paths"] = [*paths]
    return _told(record, Chapter.RECEIPT, words, document, **members)


def tell_issue(record: Record) -> Told | None:
    """``quality.issues``: one problem of the trace; ``None`` for a command of a person."""
    document = document_of(record.value)
    if "occurrences" not in document:
        return None
    place = text(document, "path") or "the whole trace"
    words = f"{text(document, 'severity')} {text(document, 'code')} at {place}"
    return _told(
        record,
        Chapter.ISSUE,
        words,
        document,
        code=text(document, "code"),
        path=text(document, "path"),
        fingerprint=text(document, "fingerprint"),
        occurrences=number(document, "occurrences"),
    )


TELL: Mapping[TopicRole, Callable[[Record], Told | None]] = {
    TopicRole.VALID: tell_passed,
    TopicRole.INVALID: tell_failed,
    TopicRole.CLASSIFIED: tell_classified,
    TopicRole.REMEDIATED: tell_remediated,
    TopicRole.QUARANTINE: tell_quarantined,
    TopicRole.DEAD_LETTER: tell_dead_letter,
    TopicRole.RECEIPTS: tell_receipt,
    TopicRole.ISSUES: tell_issue,
}
"""Who reads which topic. Records of all of them name their raw record in header ``assay-src``."""


def _told(
    record: Record, chapter: Chapter, words: str, document: dict[str, Json] | None = None, **more: Json
) -> Told:
    """What nearly all of them have in common; the time is the document's where it has one."""
    source = header(record, names.SRC) or source_text(document, "source")
    at = text(document, "at") or text(document, "detected_at")
    ours: dict[str, Json] = {}
    for name, key in _OURS.items():
        if said := header(record, key):
            ours[name] = said
    return Told(
        chapter,
        at or _at(record),
        place_of(record),
        words,
        source,
        header(record, names.REPLAY_OF) or source,
        header(record, names.TENANT) or text(document, "tenant_id"),
        _count(header(record, names.ATTEMPT)),
        ours | more,
    )


def _places(pointers: Sequence[str]) -> str:
    return f" at {', '.join(pointers)}" if pointers else ""


def _pointer(said: str) -> str:
    """A place as the trace says it; the trace is a producer's, so only what looks like names of members is repeated."""
    return said if _NAMES.fullmatch(said) else "*"


def _issue(document: dict[str, Json]) -> dict[str, Json]:
    return {name: document[name] for name in _SHOWN if isinstance(document.get(name), str | bool)}


def _at(record: Record) -> str:
    return rfc3339(record.timestamp * NANOS_PER_MILLI) if record.timestamp >= 0 else ""


def _count(text_: str) -> int:
    return int(text_) if text_.isascii() and text_.isdigit() and len(text_) < 7 else 0


def _several(number_: int, what: str) -> str:
    return f"{number_} {what}{'' if number_ == 1 else 's'}"
