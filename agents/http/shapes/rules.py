"""Remediation rules as ``models.rules`` describes them."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from assay.agents.rule_documents import rule_document
from assay.agents.rule_preview import Preview, preview_document
from assay.agents.rule_trust import RuleTrust
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Issue
from assay.pipeline.dispose import Effect
from assay.pipeline.policy.remediation_rule import RemediationRule
from assay.pipeline.remediate import Trust
from assay.pipeline.remediate.gate import THRESHOLD
from assay.pipeline.views.buckets import words_of


def rule_row(rule: RemediationRule, trust: RuleTrust, tries: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """A rule in a list. ``tries``: how many there were lately and how many succeeded, by ``name@version``."""
    number, succeeded = tries.get(rule.rule_id, (0, 0))
    return {
        **rule_document(rule),
        "rate": {
            "tries": number,
            "succeeded": succeeded,
            "ratio": trust.rate(rule.rule_id) if rule.rule_id in trust.rates() else None,
            "open": trust.trust([rule.rule_id]) is Trust.TRUSTED,
            "gate": THRESHOLD,
        },
    }


def tries_of(buckets: Iterable[Mapping[str, int]]) -> dict[str, tuple[int, int]]:
    """Tries and successes by ``name@version``, of buckets of the view ``rules``."""
    found: dict[str, tuple[int, int]] = {}
    for bucket in buckets:
        for name, number in bucket.items():
            match words_of(name):
                case ["rule", rule, version, effect] if effect in {Effect.FIXED, Effect.MISSED}:
                    tries, succeeded = found.get(f"{rule}@{version}", (0, 0))
                    fixed = number if effect == Effect.FIXED else 0
                    found[f"{rule}@{version}"] = (tries + number, succeeded + fixed)
    return found


def preview_answer(found: Preview, value: bytes) -> dict[str, Json]:
    """What the rule would make of a trace, for whoever gave the trace or may see it."""
    document: Any = preview_document(found)
    return {
        **{name: document[name] for name in ("rules", "patch", "inverse", "outcome", "reason")},
        "before": [*map(issue_row, found.before.issues)],
        "after": None if found.after is None else [*map(issue_row, found.after.issues)],
        "document": None
        if found.repair is None
        else {"before": _document(value), "after": _document(found.repair.value)},
    }


def issue_row(issue: Issue) -> dict[str, Json]:
    """An issue of a verdict."""
    return {
        "code": issue.code.value,
        "category": issue.category.value,
        "severity": issue.severity.value,
        "blocking": issue.blocking,
        "path": issue.path,
        "message": issue.message,
    }


def _document(value: bytes | None) -> Json:
    """The trace as JSON; ``None`` for what is none, such as Avro."""
    try:
        document: Json = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    return document
