"""What the remediation rules would make of a trace, and what all detectors say before and after: for the command line and the API."""

from typing import NamedTuple

from assay.pipeline.core.document import Json
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.record import Headers, RawRecord
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.decode import AvroRegistry, Decoded, decode
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import (
    Decision,
    Effort,
    Payload,
    Permission,
    Rejudged,
    Remediator,
    Repair,
    Scope,
    Trust,
    decide,
)
from assay.pipeline.report import OFFLINE_TOPIC, Place

_AVRO = b"\x00"


_NOT_READ = Decision(Outcome.DEAD_LETTERED, Reason.UNREADABLE)


class Preview(NamedTuple):
    """One record."""

    place: Place
    before: Verdict
    repair: Repair | None
    """``None`` where there is nothing to repair, or nothing that could be read."""
    after: Verdict | None
    decision: Decision | None
    """What would become of the trace if its rules are trusted; ``None`` for one that passes as it is."""


class Previewer:
    """The way of a failing trace through remediation, without Kafka, trust and breakers."""

    def __init__(self, bundle: Bundle, effort: Effort, scope: Scope, rule: str | None) -> None:
        self._judge = Judge(bundle)
        self._limits = bundle.limits
        self._registry = AvroRegistry(bundle)
        self._remediator = Remediator(bundle)
        if rule is not None:
            self._remediator.rule(rule)  # raises before anything is read
        self._effort, self._scope, self._rule = effort, scope, rule

    def __call__(self, place: Place, value: bytes, headers: Headers, now_ns: int) -> Preview:
        """Judge, repair, judge again."""
        record = RawRecord(OFFLINE_TOPIC, 0, 0, -1, None, value, headers)
        before = self._judge(record, now_ns)
        decoded = decode(value, self._limits, self._registry)
        if not before.readable or not isinstance(decoded, Decoded):
            return Preview(place, before, None, None, _NOT_READ)
        if not before.blocking and not (self._scope is Scope.ALL and before.issues):
            return Preview(place, before, None, None, None)
        repair = self._remediator.repair(
            decoded.document,
            before.issues,
            subject=before.subject,
            tenant=before.tenant,
            effort=self._effort,
            scope=self._scope,
            only=self._rule,
        )
        after = self._judge(RawRecord(OFFLINE_TOPIC, 0, 0, -1, None, repair.value, headers), now_ns)
        payload = Payload.FRAMED if value.startswith(_AVRO) else Payload.OPENED
        judged = Rejudged.BLOCKED if after.blocking else Rejudged.PASSED
        decision = decide(payload, repair, Trust.TRUSTED, Permission.GRANTED, judged)
        return Preview(place, before, repair, after, decision)


def preview_document(found: Preview) -> Json:
    repair, after = found.repair, found.after
    return {
        "file": found.place.file,
        "line": found.place.line,
        "before": [f"{issue.code}@{issue.path}" for issue in found.before.issues],
        "rules": []
        if repair is None
        else [
            {
                "rule": one.rule,
                "version": one.version,
                "codes": [*one.codes],
                "result": one.result.value,
                "error": one.error,
                "actions": [*one.actions],
            }
            for one in repair.receipts
        ],
        "patch": [] if repair is None else [*repair.patch],
        "inverse": [] if repair is None else [*repair.inverse],
        "after": None if after is None else [f"{issue.code}@{issue.path}" for issue in after.issues],
        "outcome": "valid" if found.decision is None else found.decision.outcome.value,
        "reason": "passed" if found.decision is None else found.decision.reason.value,
    }
