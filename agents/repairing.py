"""From a classified trace to its end, under one bundle: opened, judged, repaired, judged again, decided (DESIGN 8)."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from assay.agents.receipts import Noted
from assay.agents.repair_case import (
    UNASKED,
    Case,
    Judged,
    attempt_of,
    detected_at,
    raw_record,
    raw_source,
    raw_timestamp,
)
from assay.agents.repair_tried import rules_tried, tried
from assay.agents.rule_trust import RuleTrust
from assay.agents.topics import RAW_MAX_BYTES
from assay.pipeline.classify.envelope import Envelope, read_envelope
from assay.pipeline.core import headers as names
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import SealError
from assay.pipeline.core.outcome import Disposition, Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record, key_and_headers_bytes
from assay.pipeline.core.replay_mark import mark_of
from assay.pipeline.core.sealed import Opener, Sealer
from assay.pipeline.core.verdict import NONE
from assay.pipeline.decode import AvroRegistry, Decoded, decode
from assay.pipeline.dispose import (
    DeadLetteredWriter,
    Origin,
    Payload,
    QuarantinedWriter,
    ReceiptWriter,
    RemediatedWriter,
    RuleTried,
    Try,
    changes_of,
    open_envelope,
    repair_id,
)
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.safe import safe_id
from assay.pipeline.remediate import (
    Decision,
    Permission,
    Rejudged,
    Remediator,
    Repair,
    Standing,
    Trust,
    decide,
)
from assay.pipeline.remediate import Payload as Bytes

AVRO = b"\x00"
_REASONS = {reason.encode(): reason for reason in Reason}
_CRASHED = Reason.WORKER_CRASH.encode()
_PERSON = Decision(Outcome.DEAD_LETTERED, Reason.PERSON_MUST_LOOK)
_UNREADABLE = Decision(Outcome.DEAD_LETTERED, Reason.UNREADABLE)
_HOPELESS = (Standing.FORBIDDEN, Standing.PERSON, Standing.UNDONE, Standing.NONE)
"""With an issue that stands so, a repair is not published, whatever the detectors say: they need not be asked."""


class Keys(Sealer, Opener, Protocol):
    """Seals and opens."""


class Ended(NamedTuple):
    """The end of one trace."""

    outgoing: Outgoing
    receipts: Sequence[Outgoing]
    tenant: str
    outcome: Outcome
    reason: Reason


class Mender:
    """Ends traces by one bundle; never raises for what a record holds (D-15).

    Raises ``TransientError`` when keys are not to be had: then nothing may be written, and the lane stops (promise 5).
    """

    def __init__(self, bundle: Bundle, keys: Keys, group: str, topic_prefix: str, trust: RuleTrust) -> None:
        self._keys = keys
        self._trust = trust
        self._topics = frozenset(f"{topic_prefix}{topic}" for topic in bundle.bindings)
        self._limits = bundle.limits
        self._avro = AvroRegistry(bundle)
        self._judge = Judge(bundle, topic_prefix=topic_prefix).__call__
        self._remediator = Remediator(bundle)
        self._quarantine = QuarantinedWriter(bundle)
        self._dead_letter = DeadLetteredWriter(bundle, group)
        self._publish = RemediatedWriter(bundle)
        self._receipts = ReceiptWriter(bundle, keys)

    def __call__(self, record: Record, now_ns: int) -> Ended:
        """The end of a classified record."""
        if names.first(record.headers, names.REASON) == _CRASHED:
            return self.unread(record, Reason.WORKER_CRASH)  # whoever looks into it dies
        envelope = read_envelope(record.value)
        if envelope is None:
            return self.unread(record, Reason.ENVELOPE_UNREADABLE)
        decided = _REASONS.get(names.first(record.headers, names.REASON) or b"", Reason.PERSON_MUST_LOOK)
        match envelope.document.get("disposition"):
            case Disposition.REMEDIATE:
                return self._mend(record, envelope, now_ns)
            case Disposition.QUARANTINE:
                return self._kept(record, envelope, Decision(Outcome.QUARANTINED, decided))
            case Disposition.DEAD_LETTER:
                return self._kept(record, envelope, Decision(Outcome.DEAD_LETTERED, decided))
            case _:
                return self._kept(record, envelope, _PERSON)

    def unread(self, record: Record, reason: Reason, deaths: int = 1) -> Ended:
        """The end of a record that holds no envelope, or that ends processes: nobody looks into it."""
        tenant = safe_id((names.first(record.headers, names.TENANT) or b"").decode("utf-8", "replace"))
        written = self._dead_letter.unread(record, reason, deaths)
        return Ended(written, (), tenant, Outcome.DEAD_LETTERED, reason)

    def _kept(
        self, record: Record, envelope: Envelope, decision: Decision, tries: Sequence[Try] = ()
    ) -> Ended:
        write = self._quarantine if decision.outcome is Outcome.QUARANTINED else self._dead_letter
        written = write(record, envelope.document, decision.reason, tries)
        if written is None:
            return self.unread(record, Reason.ENVELOPE_UNREADABLE)
        return Ended(written, (), envelope.tenant, decision.outcome, decision.reason)

    def _mend(self, record: Record, envelope: Envelope, now_ns: int) -> Ended:
        opened = self._open(envelope)
        if isinstance(opened, Bytes):
            nothing = decide(opened, None, Trust.TRUSTED, Permission.GRANTED, Rejudged.NOT_JUDGED)
            return self._kept(record, envelope, nothing)
        if envelope.topic not in self._topics:
            return self._kept(record, envelope, _PERSON)
        mark = mark_of(opened.headers) if attempt_of(record, envelope) else None
        came = raw_record(envelope, opened, opened.value, mark)
        # A trace that was in time when it came is not late because this lane stood still.
        at_ns = detected_at(envelope, now_ns)
        verdict = self._judge(came, at_ns)
        decoded = decode(opened.value, self._limits, self._avro)
        if not (verdict.readable and isinstance(decoded, Decoded)):
            return self._kept(record, envelope, _UNREADABLE)
        if verdict.tenant != envelope.tenant:
            return self._kept(record, envelope, _PERSON)
        return self._repaired(Case(record, envelope, opened, verdict, at_ns, mark), decoded.document, now_ns)

    def _repaired(self, case: Case, document: Json, now_ns: int) -> Ended:
        verdict, envelope = case.verdict, case.envelope
        repair = self._remediator.repair(
            document,
            verdict.issues,
            subject=verdict.subject,
            tenant=verdict.tenant,
            rate=lambda rule: self._trust.rate(rule.rule_id),
            without=() if case.mark is None else case.mark.without,
        )
        hopeful = repair.changed and not any(map(repair.stands, _HOPELESS))
        trust = self._trust.trust(repair.rules)
        permission = Permission.GRANTED
        if hopeful and trust is Trust.TRUSTED:
            permission = self._trust.permission(
                repair.rules, envelope.tenant, envelope.producer_version, now_ns
            )
        judged = UNASKED
        if hopeful and permission is not Permission.REFUSED:
            judged = self._judged_again(case, repair)
        decision = decide(Bytes.OPENED, repair, trust, permission, judged.result)
        # Where a breaker is open, the rule was not tried: its copy is thrown away unseen.
        rules = () if permission is Permission.REFUSED else rules_tried(repair, verdict, judged)
        ended = self._ended(case, repair, judged, decision, rules)
        if not rules or ended.reason is Reason.ENVELOPE_UNREADABLE:
            return ended
        receipts = self._receipts(tried(case, repair, rules, decision), now_ns)
        self._note(envelope, rules, now_ns)
        return ended._replace(receipts=receipts)

    def _ended(
        self, case: Case, repair: Repair, judged: Judged, decision: Decision, rules: Sequence[RuleTried]
    ) -> Ended:
        record, envelope = case.record, case.envelope
        if decision.outcome is not Outcome.REMEDIATED or judged.verdict is None:
            tries = [Try(rule.rule, rule.version, rule.codes, rule.result, rule.error) for rule in rules]
            return self._kept(record, envelope, decision, tries)
        source = raw_source(envelope)
        attempt = attempt_of(record, envelope)
        origin = Origin(source, raw_timestamp(envelope), attempt, record.partition, case.mark)
        named = repair_id(source, envelope.attempts)
        written = self._publish(origin, case.came, repair.value, judged.verdict, named)
        return Ended(written, (), envelope.tenant, decision.outcome, decision.reason)

    def _open(self, envelope: Envelope) -> Payload | Bytes:
        payload = envelope.document.get("payload")
        if isinstance(payload, dict) and "claim_check" in payload:
            return Bytes.NOT_KEPT
        try:
            opened = open_envelope(envelope.document, self._keys)
        except SealError:
            return Bytes.KEY_DESTROYED
        return Bytes.FRAMED if (opened.value or b"").startswith(AVRO) else opened

    def _judged_again(self, case: Case, repair: Repair) -> Judged:
        """All detectors on the repaired bytes, under the same topic's binding (S0-138).

        A copy that is another tenant's, does not fit its topic, or whose change cannot be put on record does not pass either.
        """
        before = case.verdict
        record = raw_record(case.envelope, case.came, repair.value, case.mark)
        verdict = self._judge(record, case.at_ns)
        passes = (
            not verdict.blocking
            and verdict.tenant == before.tenant
            and before.subject in {verdict.subject, NONE}  # none: a version that no bundle knows names none
            and len(repair.value) + key_and_headers_bytes(record) <= RAW_MAX_BYTES
            and changes_of([*repair.patch], [*repair.inverse]) is not None
        )
        codes = {issue.code.value for issue in verdict.issues if issue.blocking}
        if passes:
            return Judged(Rejudged.PASSED, verdict, codes)
        return Judged(Rejudged.BLOCKED, verdict, codes or None)

    def _note(self, envelope: Envelope, rules: Sequence[RuleTried], now_ns: int) -> None:
        """At once, and not when it is committed: a rule that fails is shut before the batch is over."""
        for number, rule in enumerate(rules, 1):
            event_id = f"{raw_source(envelope)}/{envelope.attempts}/{number}"
            rule_id = f"{rule.rule}@{rule.version}"
            noted = Noted(
                event_id, rule_id, rule.effect, envelope.tenant, envelope.producer, envelope.producer_version
            )
            self._trust.take(noted, now_ns)
