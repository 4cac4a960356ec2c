"""Remediation rules as JSON: for the command line and the API."""

from assay.pipeline.core.document import Json
from assay.pipeline.policy.remediation_rule import RemediationRule


def rule_document(rule: RemediationRule) -> dict[str, Json]:
    """A rule as the bundle has it: the rate is what is believed of it before there are receipts."""
    return {
        "rule": rule.name,
        "version": rule.version,
        "order": rule.order,
        "subject": rule.subject,
        "codes": [*sorted(rule.codes)],
        "auto_remediable": rule.auto_remediable,
        "success_rate": rule.success_rate,
        "owner": rule.provenance.owner,
        "reason": rule.provenance.reason,
        "file": rule.file,
    }
