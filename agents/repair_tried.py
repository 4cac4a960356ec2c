"""What was tried with a trace, in the form in which receipts keep it."""

from collections.abc import Sequence

from assay.pipeline.core import headers as names
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.dispose import RuleTried, Tried, effect_of
from assay.pipeline.policy.safe import safe_id
from assay.pipeline.remediate import Decision, Repair

from .repair_case import Case, Judged, raw_source


def rules_tried(repair: Repair, before: Verdict, judged: Judged) -> Sequence[RuleTried]:
    """What each rule did. None, when no rule had anything to do: then nothing was tried."""
    if not repair.rules:
        return ()
    blocked = {issue.code.value for issue in before.issues if issue.blocking}
    return [
        RuleTried(
            each.rule,
            each.version,
            each.codes,
            each.result.value,
            each.error,
            each.before,
            each.after,
            effect_of(each.result.value, each.codes, blocked, judged.codes),
            each.paths,
        )
        for each in repair.receipts
    ]


def tried(case: Case, repair: Repair, rules: Sequence[RuleTried], decision: Decision) -> Tried:
    """The whole try, of which each rule has a receipt."""
    envelope = case.envelope
    fingerprint = names.first(case.record.headers, names.FINGERPRINT) or b""
    return Tried(
        source=raw_source(envelope),
        tenant=envelope.tenant,
        subject=envelope.subject,
        schema_version=envelope.schema_version,
        trace_id=safe_id(envelope.document.get("trace_id")),
        producer=envelope.producer,
        producer_version=envelope.producer_version,
        attempts=envelope.attempts,
        fingerprint=fingerprint.decode("utf-8", "replace"),
        rules=rules,
        patch=[*repair.patch],
        inverse=[*repair.inverse],
        came=case.came.value or b"",
        left=repair.value if repair.changed else None,
        outcome=decision.outcome,
        reason=decision.reason,
    )
