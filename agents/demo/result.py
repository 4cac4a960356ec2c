"""What a demo comes to: numbers, and the reasons why it is no success, if there are any."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assay.agents.audit import AuditReport
from assay.agents.audit.finding import SENTENCES, FindingKind
from assay.agents.audit.journal import JournalLine
from assay.agents.generate import PublishResult
from assay.pipeline.core.document import Json
from assay.pipeline.core.outcome import Outcome, Reason

from .loop_result import Loop


@dataclass(frozen=True, slots=True)
class Faults:
    """Of the traces that were made with a fault: how many got the verdict that they must."""

    injected: int
    found: int


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured while traces flowed."""

    rate: float | None
    """Published in a second, by plan; ``None``: as the worker follows."""
    traces: int
    """Those that were measured: all but the few that went ahead."""
    seconds: float
    """From their first publish to their last committed outcome."""
    cpu_seconds: float
    """Of the worker's processes, over the same time."""
    most_lag: int
    restarts: int
    """Worker processes that had to be replaced."""

    @property
    def per_second(self) -> float | None:
        """Traces by wall time; bounded by how fast they were published."""
        return self.traces / self.seconds if self.seconds else None

    @property
    def per_core_second(self) -> float | None:
        """Traces by worker CPU, so that broker and producer beside it do not count."""
        return self.traces / self.cpu_seconds if self.cpu_seconds else None

    @property
    def kept_up(self) -> bool:
        """Whether the worker was never behind by more than a second's traces."""
        return self.most_lag <= self.traces / max(self.seconds, 1.0)


@dataclass(frozen=True, slots=True)
class Flowed:
    """What was published, as the producer saw it. ``published``: by the name of the load."""

    published: Mapping[str, int]
    publishing: PublishResult
    speed: Speed


@dataclass(frozen=True, slots=True)
class DemoResult:
    """All of it. ``reasons``: records by the word of the tally."""

    name: str
    """Environment of the run; its topics' prefix is this and a point."""
    flowed: Flowed
    reasons: Mapping[str, int]
    audit: AuditReport
    faults: Faults
    loop: Loop

    @property
    def warned(self) -> int:
        """Valid traces that carry issues."""
        return self.reasons.get(Reason.PASSED_WITH_WARNINGS, 0)

    @property
    def lost(self) -> int:
        """Acknowledged and not there, or there, committed and without an outcome."""
        return self._count(FindingKind.MISSING) + self._count(FindingKind.JOURNAL_LOST)

    @property
    def duplicated(self) -> int:
        """Outcomes beyond the first."""
        return self._count(FindingKind.DOUBLED)

    @property
    def invented(self) -> int:
        """Outcomes of nothing."""
        return self._count(FindingKind.INVENTED)

    @property
    def replayed(self) -> int:
        """Raw records that replays wrote."""
        return self.audit.replays.records

    @property
    def failures(self) -> tuple[str, ...]:
        """Why this is no success; empty when it is one."""
        return (*self._of_the_books(), *self._of_the_loop())

    def _of_the_books(self) -> tuple[str, ...]:
        audit, publishing = self.audit, self.flowed.publishing
        found = [f"{count:,} {kind.value}: {SENTENCES[kind]}" for kind, count in audit.counts.items()]
        others = (
            (audit.in_flight, "records have no committed outcome yet"),
            (audit.classified.in_flight, "failing traces are not classified yet"),
            (audit.ended.in_flight, "classified traces have no end yet"),
            (
                self.faults.injected - self.faults.found,
                "injected faults were not found under their expected code",
            ),
            (
                publishing.unknown,
                "records were never acknowledged by Kafka: they may or may not be on the topic",
            ),
            (publishing.refused, "records are larger than the raw topic takes, and were not published"),
        )
        return (*found, *(f"{count:,} {what}" for count, what in others if count))

    def _of_the_loop(self) -> Iterator[str]:
        loop, worked = self.loop, self.loop.worked
        yield from loop.failures
        if loop.failures:
            return
        if loop.receipt is None:
            yield "no repaired trace has a receipt that opens"
        if worked.replays < worked.dead_letters:
            yield f"of {worked.dead_letters:,} dead letters of the task {worked.replays:,} were replayed"
        current = self.audit.replays.current
        if (bad := sum(current.values()) - current.get(Outcome.VALID, 0)) or not current:
            yield f"of {self.audit.replays.sources:,} sources that were replayed {bad:,} do not pass"
        if loop.called.refused:
            yield f"{loop.called.refused:,} webhook calls were not signed as they must be"

    def to_json(self) -> dict[str, Json]:
        """The content of ``demo-report.json`` and of ``assay demo --json``."""
        publishing, speed, loop = self.flowed.publishing, self.flowed.speed, self.loop
        return {
            "ok": not self.failures,
            "failures": list(self.failures),
            "name": self.name,
            "produced": publishing.acked,
            "refused": publishing.refused,
            "unknown": publishing.unknown,
            "outcomes": dict(self.audit.outcomes),
            "ends": {} if self.audit.balance is None else dict(self.audit.balance.ends),
            "reasons": dict(self.reasons),
            "by_code": dict(self.audit.by_code),
            "faults_injected": self.faults.injected,
            "faults_found": self.faults.found,
            "lost": self.lost,
            "duplicated": self.duplicated,
            "invented": self.invented,
            "rate": speed.rate,
            "seconds": round(speed.seconds, 3),
            "worker_cpu_seconds": round(speed.cpu_seconds, 3),
            "worker_restarts": speed.restarts,
            "most_lag": speed.most_lag,
            "traces_per_second": _round(speed.per_second),
            "traces_per_core_second": _round(speed.per_core_second),
            "classified": self.audit.classified.to_json(),
            "receipts": self.audit.ended.receipts,
            "receipt": None if loop.receipt is None else loop.receipt.to_json(),
            "tasks_completed": int(loop.worked.is_completed),
            "task": {
                "task": loop.worked.task,
                "fingerprint": loop.worked.fingerprint,
                "status": loop.worked.status,
                "dead_letters": loop.worked.dead_letters,
                "replay_job": loop.worked.job,
            },
            "replayed": self.replayed,
            "notifications": loop.called.messages,
            "escalation": loop.called.step,
            "detection_ms": {"p50": _round(self.audit.p50_ms), "p99": _round(self.audit.p99_ms)},
            "audit": self.audit.to_json(),
        }

    def _count(self, kind: FindingKind) -> int:
        return self.audit.counts.get(kind, 0)


def count_faults(lines: Iterable[JournalLine], audit: AuditReport) -> Faults:
    """How many of the faults in the journal were found, by what the audit says against it.

    Exact as long as the audit names all records that it holds against the pipeline; where it only counts them,
    or where records are in flight, each of these is taken for a fault that was not found.
    """
    faulty = {line.source for line in lines if line.known and line.expected is not None and line.source}
    not_found = audit.in_flight
    for kind in (FindingKind.JOURNAL_CONTRADICTED, FindingKind.MISSING, FindingKind.JOURNAL_LOST):
        examples = audit.examples.get(kind, ())
        not_found += sum(example.at in faulty for example in examples)
        not_found += audit.counts.get(kind, 0) - len(examples)
    return Faults(len(faulty), max(0, len(faulty) - not_found))


def _round(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
