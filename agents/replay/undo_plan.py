"""A dry run of an undo: what it would take back, and what would become of the traces without the rule. Writes nothing."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.document import Json
from assay.pipeline.core.outcome import Disposition, Outcome
from assay.pipeline.core.record import Record
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.decode import AvroRegistry, Decoded, decode
from assay.pipeline.dispose import Payload
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import (
    Payload as Bytes,
)
from assay.pipeline.remediate import Permission, Rejudged, Remediator, Trust, decide
from assay.pipeline.replay import Candidate, ReplayBook, ReplayDecision, ReplayRequest, raw_of, select

from .forge import Forge, Opened
from .predict import PICKED_TOGETHER, Planner
from .run import KEPT_MS, bounds_of
from .shelf import Shelf
from .undoing import Undoing, raw_records, repairs_of, undoable, undone


@dataclass(slots=True)
class UndoPlan:
    """What an undo would do."""

    found: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    predicted: Counter[str] = field(default_factory=Counter)
    """The outcomes of those that would be judged anew, as today's bundle would have them without the rule."""

    def to_json(self) -> dict[str, Json]:
        """Its JSON form."""
        return {"found": self.found, "decisions": dict(self.decisions), "predicted": dict(self.predicted)}


class UndoPlanner:
    """Predicts by one bundle. Rules are taken to be trusted, and breakers to be closed."""

    def __init__(
        self, shelf: Shelf, book: ReplayBook, forge: Forge, bundle: Bundle, prefix: str = ""
    ) -> None:
        self._shelf, self._book, self._forge, self._prefix = shelf, book, forge, prefix
        self._planner = Planner(shelf, book, forge, bundle, prefix)
        self._remediator = Remediator(bundle)
        self._limits, self._avro = bundle.limits, AvroRegistry(bundle)

    async def __call__(self, request: ReplayRequest, now_ns: int) -> UndoPlan:
        """The plan of an undo, by what the topics say now."""
        undo = request.undo
        assert undo is not None
        bounds = await bounds_of(self._shelf, request, self._prefix)
        repairs = await repairs_of(self._shelf, request, bounds)
        found = [each async for each in undoable(self._shelf, repairs, bounds)]
        now_ms = now_ns // NANOS_PER_MILLI
        selection = select("", found, self._book, request, now_ms=now_ms, kept_ms=KEPT_MS)
        plan = UndoPlan(len(found))
        plan.decisions.update({decision.value: number for decision, number in selection.skipped.items()})
        rest = iter(selection.queue)
        while some := list(islice(rest, PICKED_TOGETHER)):
            there = await self._shelf.pick([one.place for one in some])
            raws = await raw_records(self._shelf, [*there.values()])
            doing = Undoing(undo, "plan", 1, repairs, raws)
            for candidate in some:
                published = there.get(candidate.place)
                word, predicted = self._one(published, candidate, doing, now_ns)
                plan.decisions[word] += 1
                plan.predicted.update(predicted)
        return plan

    def _one(
        self, published: Record | None, candidate: Candidate, doing: Undoing, now_ns: int
    ) -> tuple[str, list[str]]:
        if published is None:
            return ReplayDecision.EXPIRED.value, []
        made = undone(published, candidate, doing, self._forge, now_ns)
        if isinstance(made, ReplayDecision):
            return made.value, []
        source = raw_of(published)
        assert source is not None
        return ReplayDecision.REPLAY.value, [self._predicted(candidate, doing.raws[source], doing, now_ns)]

    def _predicted(self, candidate: Candidate, raw: Record, doing: Undoing, now_ns: int) -> str:
        mark = self._forge.mark(raw)
        stamp = mark.timestamp if mark else raw.timestamp
        without = {doing.undo.rule_id, *(mark.without if mark else ())}
        opened = Opened(Payload(raw.key, raw.value, [*raw.headers]), stamp, "", {})
        verdict = self._forge.verdict(candidate, opened, raw.value, now_ns)
        if verdict is None:
            return "no_binding"
        word = self._planner.outcome(verdict, candidate, raw.value, now_ns)
        if word != Disposition.REMEDIATE:
            return word
        return self._repaired(candidate, opened, verdict, without, now_ns)

    def _repaired(
        self, candidate: Candidate, opened: Opened, verdict: Verdict, without: set[str], now_ns: int
    ) -> str:
        decoded = decode(opened.payload.value, self._limits, self._avro)
        if not isinstance(decoded, Decoded):
            return Outcome.DEAD_LETTERED.value
        repair = self._remediator.repair(
            decoded.document, verdict.issues, subject=verdict.subject, tenant=verdict.tenant, without=without
        )
        passes = self._forge.passes(candidate, opened, repair.value, now_ns)
        rejudged = Rejudged.PASSED if passes else Rejudged.BLOCKED
        decision = decide(Bytes.OPENED, repair, Trust.TRUSTED, Permission.GRANTED, rejudged)
        return decision.outcome.value
