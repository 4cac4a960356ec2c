"""A dry run: what a job would do with each trace, and what today's bundle would say of it. Writes nothing."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import orjson

from assay.pipeline.classify import Classifier
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.outcome import Disposition, Outcome
from assay.pipeline.core.record import RawRecord, Record
from assay.pipeline.core.sealed import Sealed
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.remediation_rule import RuleBook
from assay.pipeline.replay import Bounds, Candidate, ReplayBook, ReplayDecision, ReplayRequest, select

from .forge import Editor, Forge
from .run import KEPT_MS, bounds_of, candidates
from .shelf import Shelf

PICKED_TOGETHER = 50
MOST_SHOWN = 5


class _Question(NamedTuple):
    request: ReplayRequest
    editor: Editor | None
    now_ns: int


class _NoSealer:
    """Seals nothing: what is made here is looked at and thrown away."""

    def seal(self, tenant: str, plaintext: bytes, aad: bytes) -> Sealed:  # noqa: ARG002 - the protocol's signature
        return Sealed("none", "none", b"", b"", b"")


@dataclass(slots=True)
class Plan:
    """What a job would do."""

    found: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    predicted: Counter[str] = field(default_factory=Counter)
    """Of those that would be replayed: ``valid``, or where they would go then. ``remediate`` says that rules would be tried."""
    codes: Counter[str] = field(default_factory=Counter)
    """Blocking issues that would be left, by code."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """A few first raw records of each prediction."""

    @property
    def replays(self) -> int:
        """How many would be replayed."""
        return self.decisions.get(ReplayDecision.REPLAY, 0)

    def note(self, word: str, root: str) -> None:
        """One more trace would end like this."""
        self.predicted[word] += 1
        shown = self.examples.setdefault(word, [])
        if len(shown) < MOST_SHOWN:
            shown.append(root)


class Planner:
    """Predicts by one bundle."""

    def __init__(
        self, shelf: Shelf, book: ReplayBook, forge: Forge, bundle: Bundle, prefix: str = ""
    ) -> None:
        self._shelf = shelf
        self._book = book
        self._forge = forge
        self._prefix = prefix
        self._failing = FailingWriter(bundle, _NoSealer(), "plan")
        self._classify = Classifier(bundle, RuleBook(bundle.remediation_rules))

    async def __call__(
        self,
        request: ReplayRequest,
        editor: Editor | None,
        now_ns: int,
        bounds: Bounds | None = None,
    ) -> Plan:
        """The plan. Raises ``TooManyError`` for a filter that lets too much through."""
        plan = Plan()
        within = bounds or await bounds_of(self._shelf, request, self._prefix)
        found = await candidates(self._shelf, request, within)
        now_ms = now_ns // NANOS_PER_MILLI
        selection = select("", found, self._book, request, now_ms=now_ms, kept_ms=KEPT_MS)
        plan.found = len(found)
        plan.decisions.update({decision.value: number for decision, number in selection.skipped.items()})
        async for candidate, record in self._records(selection.queue):
            self._one(plan, candidate, record, _Question(request, editor, now_ns))
        return plan

    async def _records(self, queue: Sequence[Candidate]) -> AsyncIterator[tuple[Candidate, Record | None]]:
        rest = iter(queue)
        while some := list(islice(rest, PICKED_TOGETHER)):
            found = await self._shelf.pick([one.place for one in some])
            for one in some:
                yield one, found.get(one.place)

    def _one(self, plan: Plan, candidate: Candidate, record: Record | None, question: "_Question") -> None:
        request, editor, now_ns = question
        made = (
            ReplayDecision.EXPIRED
            if record is None
            else self._forge(
                record, candidate, job="plan", attempt=1, request=request, editor=editor, now_ns=now_ns
            )
        )
        decision = made if isinstance(made, ReplayDecision) else ReplayDecision.REPLAY
        plan.decisions[decision.value] += 1
        if isinstance(made, ReplayDecision):
            return
        verdict = self._forge.verdict(candidate, made.opened, made.raw.value, now_ns)
        if verdict is None:
            plan.note("no_binding", str(candidate.root))
            return
        if verdict.blocking:
            plan.codes.update({issue.code.value for issue in verdict.issues if issue.blocking})
        plan.note(self.outcome(verdict, candidate, made.raw.value, now_ns), str(candidate.root))

    def outcome(self, verdict: Verdict, candidate: Candidate, value: bytes | None, now_ns: int) -> str:
        """The word for what would become of a trace with this verdict; ``remediate`` where rules would be tried."""
        if not verdict.blocking:
            return Outcome.VALID.value
        topic, partition, offset = candidate.root
        failing = self._failing(RawRecord(topic, partition, offset, -1, None, value), verdict, now_ns)
        # How often it has failed then: the classifier gives up after a few times.
        document = orjson.loads(failing.value or b"") | {"attempts": candidate.attempt + 2}
        written = RawRecord(
            TopicRole.INVALID.value, 0, 0, -1, failing.key, orjson.dumps(document), failing.headers
        )
        match dict(self._classify(written).outgoing.headers).get("assay-disposition"):
            case b"remediate":
                return Disposition.REMEDIATE.value
            case b"quarantine":
                return Outcome.QUARANTINED.value
            case _:
                return Outcome.DEAD_LETTERED.value


async def read_book(shelf: Shelf, topic: str) -> ReplayBook:
    """Everything that the topic of replays says now."""
    book = ReplayBook()
    ends = await shelf.ends(topic)
    async for batch in shelf.records(topic, ends):
        for record in batch:
            book.take(record)
    return book
