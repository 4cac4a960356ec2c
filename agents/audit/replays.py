"""The audit of replays: which raw records are new tries, of what, and what became of each source in the end.

A new try is a raw record of its own, with exactly one outcome, so the books of the lanes hold it like any other. Here it is
compared with what it is a try of: the same key, headers and value, or a value that a person's receipt names.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from assay.pipeline.core import headers as names
from assay.pipeline.core.record import RawRecord, Source, source_of
from assay.pipeline.core.replay_mark import Mark, without_mark

from .documents import document_of, number_of
from .event import source_faults
from .facts import Digest, Place
from .finding import AuditFinding, FindingKind
from .ledger import Ledger
from .marks import parse_source
from .observe import digest_of
from .replay_report import MOST_LISTED, ReplayedSource, ReplayReport, Try

Where = Callable[[Source], str]
"""The word for where a raw record is now."""


class Replayed(NamedTuple):
    """A raw record that a replay wrote."""

    at: Source
    mark: Mark
    digest: Digest
    """Without the mark."""


class EditFact(NamedTuple):
    """The receipt of a person's edit, read."""

    at: Source
    root: Source | None
    attempt: int
    came: str
    left: str
    """SHA-256 of the value before and after, hex."""
    faults: tuple[str, ...]


class ReplayAudit:
    """Fed in this order: raw records that are new tries, receipts of edits, then asked."""

    def __init__(self) -> None:
        self._tries: dict[Source, Replayed] = {}
        self._of_root: dict[Source, list[Replayed]] = defaultdict(list)
        self._edits: dict[str, EditFact] = {}
        self._edit_count = 0

    def came(self, record: RawRecord, mark: Mark) -> None:
        """Enter a raw record with the mark of a replay, proved."""
        digest = digest_of(record.key, record.value, without_mark(record.headers))
        tried = Replayed(source_of(record), mark, digest)
        self._tries[tried.at] = tried
        self._of_root[mark.of].append(tried)

    def of(self, root: Source) -> Sequence[Replayed]:
        """The new tries of a first raw record."""
        return self._of_root.get(root, ())

    def by_root(self) -> Iterable[list[Replayed]]:
        """All new tries, those of each first raw record together."""
        return self._of_root.values()

    def edit(self, record: RawRecord) -> Iterator[AuditFinding]:
        """Judge the receipt of an edit by itself, and book it. Its changes stay sealed."""
        self._edit_count += 1
        named, fact = read_edit(record)
        for why in fact.faults:
            yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, fact.at, why, fact.root)
        if named in self._edits:
            why = "another receipt has the same id"
            yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, fact.at, why, fact.root)
        self._edits[named] = fact

    def check(self, ledger: Ledger) -> Iterator[AuditFinding]:
        """Each try against what it is a try of. Call once, last."""
        used: set[str] = set()
        for root, tries in self._of_root.items():
            yield from _doubled(root, tries)
            for tried in tries:
                yield from self._content(ledger, root, tried)
                used.add(tried.mark.receipt)
        for named, edit in self._edits.items():
            if named in used or edit.root is None or _is_trimmed(ledger, edit.root):
                continue
            why = "no visible raw record is the try that it is of"
            yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, edit.at, why, edit.root)

    def _content(self, ledger: Ledger, root: Source, tried: Replayed) -> Iterator[AuditFinding]:
        place = Place(root.topic, root.partition)
        if tried.at[:2] != root[:2]:
            why = "it is not on the partition of the record that it is a new try of"
            yield AuditFinding(FindingKind.MISPLACED, tried.at, why, root)
        fact = ledger.fact_of(root)
        if fact is None and (place not in ledger.raw or root.offset >= ledger.raw[place].low):
            why = "no visible raw record is what it is a new try of"
            yield AuditFinding(FindingKind.INVENTED, tried.at, why, root)
        if fact is not None:
            if (tried.digest.key, tried.digest.headers) != (fact.digest.key, fact.digest.headers):
                why = "key or headers are not those of the record that it is a new try of"
                yield AuditFinding(FindingKind.ALTERED, tried.at, why, root)
            same = (tried.digest.value, tried.digest.length) == (fact.digest.value, fact.digest.length)
            if not same and not tried.mark.receipt:
                why = "its value is not that of the record that it is a new try of, and nobody edited it"
                yield AuditFinding(FindingKind.ALTERED, tried.at, why, root)
        if tried.mark.receipt:
            yield from self._edited(root, tried)

    def _edited(self, root: Source, tried: Replayed) -> Iterator[AuditFinding]:
        edit = self._edits.get(tried.mark.receipt)
        if edit is None:
            why = "quality.receipts does not hold the receipt of its edit"
            yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, tried.at, why, root)
            return
        before = [one for one in self._of_root[root] if one.mark.attempt < edit.attempt]
        known = {one.digest.value.hex() for one in before}
        for fits, said in (
            (edit.root == root, "the receipt of its edit is of another source"),
            (edit.attempt <= tried.mark.attempt, "the receipt of its edit is of a later try"),
            (edit.left == tried.digest.value.hex(), "the receipt of its edit is of another value"),
            (not known or edit.came in known or edit.attempt == 1, "the edit was made of no earlier try"),
        ):
            if not fits:
                yield AuditFinding(FindingKind.RECEIPTS_MISMATCH, tried.at, said, root)

    def report(self, where: Where) -> ReplayReport:
        """What it comes to. The current outcome of a source is that of its last try."""
        current: Counter[str] = Counter()
        listed: list[ReplayedSource] = []
        for root, tries in sorted(self._of_root.items()):
            tries.sort(key=lambda tried: (tried.mark.attempt, tried.at))
            last = where(tries[-1].at)
            current[last] += 1
            if len(listed) < MOST_LISTED:
                rows = tuple(
                    Try(tried.at, tried.mark.attempt, tried.mark.job, tried.mark.receipt, where(tried.at))
                    for tried in tries
                )
                listed.append(ReplayedSource(root, where(root), rows))
        return ReplayReport(
            records=len(self._tries),
            sources=len(self._of_root),
            edited=sum(bool(tried.mark.receipt) for tried in self._tries.values()),
            edit_receipts=self._edit_count,
            current=dict(current.most_common()),
            listed=tuple(listed),
        )


def _doubled(root: Source, tries: list[Replayed]) -> Iterator[AuditFinding]:
    for attempt, times in Counter(tried.mark.attempt for tried in tries).items():
        if times > 1:
            last = max(tried.at for tried in tries if tried.mark.attempt == attempt)
            why = f"{times} raw records are try {attempt} of one source"
            yield AuditFinding(FindingKind.DOUBLED, last, why, root)


def _is_trimmed(ledger: Ledger, root: Source) -> bool:
    """Whether retention has removed raw records where the try would be: receipts are kept for longer."""
    partition = ledger.raw.get(Place(root.topic, root.partition))
    return partition is not None and partition.low > 0


def read_edit(record: RawRecord) -> tuple[str, EditFact]:
    """Its id and what it says. Never raises; what is missing or odd is a fault."""
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    root = parse_source(headers.get(names.SRC, ""))
    document = document_of(record.value)
    if document is None:
        return "", EditFact(source_of(record), root, 0, "", "", ("it is no JSON object",))
    faults = [*source_faults(document, root)]
    number = number_of(document.get("attempt"))
    named = hashlib.sha256(f"edit/{root}/{number}".encode()).hexdigest()[:32]
    if document.get("receipt_id") != named or headers.get(names.CE_ID) != named:
        faults.append("its id is not made of source and try")
    if "patch" in document or "inverse" in document:
        faults.append("it holds a patch that is not sealed")
    came, left = (str(document.get(name)) for name in ("input_sha256", "output_sha256"))
    return named, EditFact(source_of(record), root, number, came, left, tuple(faults))
