"""From a failing record to the raw record of its next try: open, change if a person said so, mark (promise 2)."""

from typing import NamedTuple, Protocol

from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import PermanentError, SealError
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Record
from assay.pipeline.core.replay_mark import Mark, mark_of, read_mark, without_mark
from assay.pipeline.core.sealed import Opener, Sealer
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.decode import AvroRegistry, decode
from assay.pipeline.dispose import Payload, open_envelope
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Arrival, Candidate, ReplayDecision, ReplayRequest, read_envelope, rebuild
from assay.pipeline.replay.edit import Edited, EditError

from .edit_receipt import EditReceipts, Tried


class Editor(Protocol):
    """A change to every trace of a job."""

    def __call__(self, document: Json, verdict: Verdict) -> Edited:
        """The trace after it; ``verdict`` is what today's bundle says of the trace before.

        Raises :class:`EditError` when it does not apply.
        """
        ...


class Made(NamedTuple):
    """What one failing trace becomes."""

    raw: Outgoing
    beside: list[Outgoing]
    """The receipt of an edit."""
    opened: "Opened"


class Opened(NamedTuple):
    """A failing trace, open."""

    payload: Payload
    timestamp: int
    """Of the first raw record."""
    receipt: str
    """Of an edit at an earlier try."""
    envelope: dict[str, Json]
    without: tuple[str, ...] = ()
    """Rules that were undone for it at an earlier try."""


class _Court(NamedTuple):
    """One bundle at work."""

    bundle: Bundle
    avro: AvroRegistry
    judge: Judge


class Forge:
    """Makes raw records by the bundle in use. Raises ``TransientError`` when the key store is away; never for a trace."""

    def __init__(
        self,
        bundle: Bundle,
        opener: Opener,
        sealer: Sealer,
        secret: bytes,
        *,
        raw_topic: str,
        most_bytes: int,
        topic_prefix: str = "",
    ) -> None:
        self._opener = opener
        self._secret = secret
        self.raw_topic = raw_topic
        self._most_bytes = most_bytes
        self._prefix = topic_prefix
        self._receipts = EditReceipts(sealer)
        self.use(bundle)

    def use(self, bundle: Bundle) -> None:
        """Judge by this bundle from the next trace on."""
        # All at once: this runs in a thread, beside traces.
        self._court = _Court(bundle, AvroRegistry(bundle), Judge(bundle, topic_prefix=self._prefix))

    @property
    def bundle(self) -> Bundle:
        """The one in use."""
        return self._court.bundle

    def __call__(
        self,
        record: Record,
        candidate: Candidate,
        *,
        job: str,
        attempt: int,
        request: ReplayRequest,
        editor: Editor | None,
        now_ns: int,
    ) -> Made | ReplayDecision:
        """The raw record of try ``attempt``, or why there is none."""
        if candidate.root.topic != self.raw_topic:
            return ReplayDecision.OTHER_TOPIC
        opened = self.opened(record, candidate)
        if isinstance(opened, ReplayDecision):
            return opened
        if request.arrival is not None and not self._is_of(request.arrival, candidate, opened, now_ns):
            return ReplayDecision.OTHER_SCHEMA
        value = opened.payload.value
        edited = None
        if editor is not None:
            try:
                edited = self.edited(candidate, opened, editor, now_ns)
            except EditError:
                return ReplayDecision.EDIT_FAILED
            value = edited.value
        if (request.only_passing or editor is not None) and not self.passes(candidate, opened, value, now_ns):
            return ReplayDecision.WOULD_FAIL
        tried = None if edited is None else Tried(candidate.root, attempt, job, opened.envelope)
        mark = Mark(
            candidate.root,
            job,
            attempt,
            opened.timestamp,
            opened.receipt if tried is None else tried.receipt_id,
            opened.without,
        )
        made = self.again(
            opened.payload._replace(value=value), mark, now_ns, was_replayed=candidate.attempt > 0
        )
        if isinstance(made, ReplayDecision):
            return made
        if tried is None or edited is None:
            return Made(made, [], opened)
        receipt = self._receipts(tried, opened.payload.value, edited, now_ns)
        return Made(made, [receipt], opened)

    def again(
        self, came: Payload, mark: Mark, now_ns: int, *, was_replayed: bool
    ) -> Outgoing | ReplayDecision:
        """The raw record of a new try of what came, or why it cannot be written."""
        return rebuild(
            mark=mark,
            topic=self.raw_topic,
            key=came.key,
            value=came.value,
            headers=came.headers,
            secret=self._secret,
            now_ms=now_ns // NANOS_PER_MILLI,
            most_bytes=self._most_bytes,
            was_replayed=was_replayed,
        )

    def mark(self, raw: Record) -> Mark | None:
        """The proved mark of a raw record, if it is a replay."""
        return read_mark(raw, self._secret)

    def _is_of(self, arrival: Arrival, candidate: Candidate, opened: Opened, now_ns: int) -> bool:
        """Whether the trace turns out to be of the schema that was waited for."""
        verdict = self.verdict(candidate, opened, opened.payload.value, now_ns)
        return verdict is not None and Arrival(verdict.subject, verdict.schema_version) == arrival

    def opened(self, record: Record, candidate: Candidate) -> Opened | ReplayDecision:
        """The failing trace, open, or why it does not open."""
        envelope = read_envelope(record.value)
        if envelope is None:
            return ReplayDecision.NO_PAYLOAD
        payload = envelope.get("payload")
        if isinstance(payload, dict) and "claim_check" in payload:
            return ReplayDecision.NO_PAYLOAD
        try:
            opened = open_envelope(envelope, self._opener)
        except SealError:
            return ReplayDecision.KEY_DESTROYED
        mark = mark_of(opened.headers) if candidate.attempt > 0 else None
        if mark is not None:
            return Opened(opened, mark.timestamp, mark.receipt, envelope, mark.without)
        source = envelope.get("source")
        timestamp = source.get("timestamp") if isinstance(source, dict) else None
        return Opened(opened, timestamp if type(timestamp) is int else -1, "", envelope)

    def edited(self, candidate: Candidate, opened: Opened, editor: Editor, now_ns: int) -> Edited:
        """The trace after an edit. Raises :class:`EditError`, for what is no JSON too: only JSON can be edited."""
        value, court = opened.payload.value, self._court
        decoded = decode(value, court.bundle.limits, court.avro)
        if isinstance(decoded, Finding) or decoded.subject is not None:
            raise EditError("only a readable JSON trace can be edited")
        verdict = self.verdict(candidate, opened, value, now_ns)
        if verdict is None:
            raise EditError("its topic carries no subject any more")
        return editor(decoded.document, verdict)

    def as_judged(self, candidate: Candidate, opened: Opened, value: bytes | None) -> RawRecord:
        """The record that detectors would see of the next try."""
        payload = opened.payload
        headers = without_mark(payload.headers) if candidate.attempt > 0 else payload.headers
        topic, partition, offset = candidate.root
        return RawRecord(topic, partition, offset, opened.timestamp, payload.key, value, headers)

    def verdict(
        self, candidate: Candidate, opened: Opened, value: bytes | None, now_ns: int
    ) -> Verdict | None:
        """What today's bundle says of a value in the trace's place; ``None`` when no binding declares its topic."""
        try:
            return self._court.judge(self.as_judged(candidate, opened, value), now_ns)
        except KeyError:
            return None

    def passes(self, candidate: Candidate, opened: Opened, value: bytes | None, now_ns: int) -> bool:
        """Whether today's bundle would let the trace pass."""
        verdict = self.verdict(candidate, opened, value, now_ns)
        return verdict is not None and not verdict.blocking


class EditRefusedError(PermanentError):
    """The edit of a job cannot be used at all: the job fails, and says so."""
