"""What happened around a trace: its issue groups, tasks, escalations, notifications, replays and audit entries."""

from collections.abc import Collection, Iterator

from ..core import headers as names
from ..core.audit_chain import decoded
from ..core.document import Json
from ..core.record import Record
from ..core.text import clip
from .reading import document_of, header, member, number, place_of, rows, text, texts
from .told import Chapter, Told

MOST_TEXT = 200
_ESCALATION = "assay.escalation."
_NOTIFICATION = "assay.notification."
_COMMAND = "assay.replay.command"


def tell_group(document: dict[str, Json], where: str) -> Iterator[Told]:
    """The life of an issue group, by its state on ``quality.issue_groups``."""
    named = text(document, "fingerprint")
    more: dict[str, Json] = {"fingerprint": named}
    yield Told(
        Chapter.GROUP,
        text(document, "first_seen"),
        where,
        f"issue group {named}: first trace with {text(document, 'code')}; {number(document, 'count')} until now",
        more=more | {"status": text(document, "status"), "count": number(document, "count")},
    )
    for change in rows(document, "transitions"):
        words = f"issue group {named}: {text(change, 'became')}, by {_said(change, 'actor')}: {_said(change, 'reason')}"
        yield Told(Chapter.GROUP, text(change, "at"), text(change, "cause"), words, more=more)
    for word in ("acknowledged", "confirmed"):
        mark = member(document, word)
        if isinstance(mark, dict):
            words = f"issue group {named}: {word} by {_said(mark, 'by')}: {_said(mark, 'reason')}"
            yield Told(Chapter.GROUP, text(mark, "at"), where, words, more=more)


def tell_task(document: dict[str, Json], where: str) -> Iterator[Told]:
    """The life of a manual task, by its state on ``quality.tasks``. Instructions and edits are left out."""
    named = text(document, "task_id")
    more: dict[str, Json] = {"task": named, "fingerprint": text(document, "fingerprint")}
    words = f"task {named} ({text(document, 'priority')}) for {text(document, 'assigned_to')}; now {text(document, 'status')}"
    yield Told(
        Chapter.TASK,
        text(document, "created_at"),
        where,
        words,
        more=more | {"status": text(document, "status")},
    )
    for change in rows(document, "history"):
        refused = text(change, "refused")
        words = f"task {named}: {text(change, 'happening')}{f', refused ({refused})' if refused else ''}"
        words += f", by {_said(change, 'actor')}: {_said(change, 'reason')}"
        yield Told(Chapter.TASK, text(change, "at"), where, words, more=more)
    for note in rows(document, "notes"):
        words = f"task {named}: {_said(note, 'actor')} notes {_said(note, 'text')}"
        yield Told(Chapter.TASK, text(note, "at"), where, words, more=more)


def tell_escalation(record: Record) -> Told | None:
    """A step of an escalation, or what became of a message about it; ``None`` for any other event."""
    document, kind = document_of(record.value), header(record, names.CE_TYPE)
    named = header(record, names.CE_SUBJECT)
    more: dict[str, Json] = {"fingerprint": named}
    if kind.startswith(_ESCALATION):
        roles = ", ".join(texts(document, "roles")) or "nobody"
        why = text(document, "why") or text(document, "reason")
        step = (
            f"{text(document, 'chain')} {number(document, 'step')}"
            if text(document, "chain")
            else "all steps"
        )
        words = f"escalation of {named}: {text(document, 'kind')} {step}: {roles} ({why})"
        return Told(Chapter.ESCALATION, text(document, "at"), place_of(record), words, more=more)
    if kind.startswith(_NOTIFICATION):
        words = f"message through {text(document, 'channel')}: {text(document, 'result')} ({text(document, 'reason')})"
        return Told(Chapter.NOTIFICATION, text(document, "at"), place_of(record), words, more=more)
    return None


def tell_replay(record: Record, roots: Collection[str]) -> Iterator[Told]:
    """What a job did with these traces, by the agent's event, or that a person asked for exactly them."""
    document, job = document_of(record.value), header(record, names.CE_SUBJECT)
    more: dict[str, Json] = {"job": job}
    at, where = text(document, "at"), place_of(record)
    if header(record, names.CE_TYPE).startswith(_COMMAND):
        if not {*texts(document, "request", "filter", "sources")}.isdisjoint(roots):
            words = f"replay {job}: {text(document, 'command')} asked for by {_said(document, 'actor')}: {_said(document, 'reason')}"
            yield Told(Chapter.REPLAY, at, where, words, more=more)
        return
    done = member(document, "done")
    for decision, places in (done if isinstance(done, dict) else {}).items():
        for root, attempt in _done(places):
            if root in roots:
                words = f"replay {job}: {decision}, try {attempt}"
                yield Told(
                    Chapter.REPLAY,
                    at,
                    where,
                    words,
                    root,
                    root,
                    attempt=attempt,
                    more=more | {"decision": decision},
                )


def tell_audit(record: Record, targets: Collection[str]) -> Told | None:
    """An entry of the audit log that names one of these; ``None`` for any other, and for what is no entry."""
    try:
        act = decoded(record.value).act
    except ValueError:
        return None
    if act.target not in targets:
        return None
    words = f"{act.action} of {act.target}, by {_quoted(act.actor)}: {_quoted(act.reason)}"
    return Told(
        Chapter.AUDIT,
        act.at,
        place_of(record),
        words,
        more={"action": act.action, "actor": act.actor, "target": act.target},
    )


def _done(places: Json) -> Iterator[tuple[str, int]]:
    """``topic/partition`` → pairs of offset and try, as the agent writes them."""
    for place, pairs in (places if isinstance(places, dict) else {}).items():
        for pair in pairs if isinstance(pairs, list) else ():
            match pair:
                case [int(offset), int(attempt)]:
                    yield f"{place}/{offset}", attempt


def _said(document: dict[str, Json], name: str) -> str:
    return _quoted(text(document, name))


def _quoted(said: str) -> str:
    """What a person wrote, without what could steer a terminal."""
    return f'"{"".join(each if each.isprintable() else " " for each in clip(said, MOST_TEXT))}"'
