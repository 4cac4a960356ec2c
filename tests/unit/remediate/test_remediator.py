"""A failing trace and the rules: folded in order over one copy, with receipts, within the limits of D-07 … D-11."""

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest

from assay.pipeline.core.document import MISSING, Json
from assay.pipeline.core.errors import UnsupportedRemediationRuleError
from assay.pipeline.core.issue import Category
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.remediate import Effort, Remediator, Repair, RuleResult, Scope, Standing
from assay.pipeline.remediate import fold as fold_module
from assay.pipeline.testing import changed, clean_trace

from .conftest import Judged, Rules, an_issue, content

CARD = "4111 1111 1111 1111"


def repaired(
    remediator: Remediator, judged: Judged, document: Json, **options: Any
) -> tuple[Repair, Verdict]:
    verdict = judged(document)
    repair = remediator.repair(
        document, verdict.issues, subject=verdict.subject, tenant=verdict.tenant, **options
    )
    return repair, judged(repair.document)


BROKEN: dict[str, dict[str, Any]] = {
    "missing_required_fields": {"/trace_type": MISSING, "/schema_version": MISSING},
    "invalid_data_types": {"/context/tenant_id": "42", "/trust_score": "0.93"},
    "enum_aliases": {"/status": "COMPLETED", "/steps/1/status": "succeeded"},
    "misplaced_fields": {"/workflow_id": MISSING, "/context/workflow_id": "invoice-approval"},
    "legacy_field_names": {"/steps/1/step_id": MISSING, "/steps/1/id": "s2"},
    "schema_version_mismatch": {"/schema_version": "v1.2.0"},
    "oversized_blobs": {"/outputs/text": "x" * 300_000},
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_trace_that_fails_is_repaired_and_passes_all_detectors(
    remediator: Remediator, judged: Judged, rule: str
) -> None:
    """S0-131 … S0-133, S0-138: as shipped, for codes that block as shipped."""
    document = changed(clean_trace(), BROKEN[rule])
    assert judged(document).blocking
    repair, after = repaired(remediator, judged, document)
    assert after.issues == ()
    assert repair.rules == (f"{rule}@1",)
    assert {standing for _, standing in repair.standings} == {Standing.COVERED}


def test_several_rules_mend_one_copy(remediator: Remediator, judged: Judged) -> None:
    """D-11: fixes compose, and one trace comes of them; each receipt says from what to what."""
    document = changed(
        clean_trace(), BROKEN["invalid_data_types"] | BROKEN["enum_aliases"] | BROKEN["misplaced_fields"]
    )
    repair, after = repaired(remediator, judged, document)
    assert after.issues == ()
    assert repair.rules == ("misplaced_fields@1", "enum_aliases@1", "invalid_data_types@1")
    hashes = [(one.before, one.after) for one in repair.receipts]
    assert [after for _, after in hashes[:-1]] == [before for before, _ in hashes[1:]]
    assert orjson.loads(repair.value) == repair.document


def test_what_came_in_is_never_touched(remediator: Remediator, judged: Judged) -> None:
    """D-09."""
    document = changed(clean_trace(), BROKEN["invalid_data_types"])
    before = json.dumps(document)
    repaired(remediator, judged, document)
    assert json.dumps(document) == before


def test_a_default_is_told_in_the_words_of_the_requirement(remediator: Remediator, judged: Judged) -> None:
    """S0-136, S0-137."""
    repair, _ = repaired(remediator, judged, changed(clean_trace(), {"/trace_type": MISSING}))
    (receipt,) = repair.receipts
    assert receipt.actions == ("Added missing field /trace_type with default value",)
    assert (receipt.rule, receipt.version, receipt.codes) == (
        "missing_required_fields",
        "1",
        ("schema.required_missing",),
    )


@pytest.mark.parametrize(
    "pointer", ["/trace_id", "/workflow_id", "/status", "/started_at", "/steps/0/step_id"]
)
def test_nothing_is_made_up(remediator: Remediator, judged: Judged, pointer: str) -> None:
    """D-10: what only the producer knows has no default, so no rule is for it."""
    repair, _ = repaired(remediator, judged, changed(clean_trace(), {pointer: MISSING}))
    assert not repair.changed
    assert repair.stands(Standing.NONE)


def test_only_what_blocks_is_repaired(remediator: Remediator, judged: Judged) -> None:
    """Readers can live with a warning: it stays as it came, unless a person asks for more."""
    document = changed(clean_trace(), {"/trust_score": 1.0005, "/status": "COMPLETED"})
    repair, after = repaired(remediator, judged, document)
    assert content(repair)["trust_score"] == 1.0005
    assert [issue.blocking for issue in after.issues] == [False]
    _, after = repaired(remediator, judged, document, scope=Scope.ALL)
    assert after.issues == ()


def test_security_and_compliance_are_never_repaired_and_neither_is_what_stands_beside_them(
    remediator: Remediator, judged: Judged
) -> None:
    """D-10: not even the part of the trace that is only a matter of types."""
    document = changed(clean_trace(), {"/context/tenant_id": "42", "/outputs/card": CARD})
    repair, _ = repaired(remediator, judged, document)
    assert (repair.changed, repair.receipts, repair.document) == (False, (), document)
    assert repair.stands(Standing.FORBIDDEN)


def test_an_issue_that_lies_about_its_category_is_known_by_its_code(remediator: Remediator) -> None:
    lying = an_issue("security.pii_card", "/outputs/card", category=Category.SCHEMA)
    cast = an_issue("schema.type_invalid", "/context/tenant_id", keyword="type", expected="integer")
    document = changed(clean_trace(), {"/context/tenant_id": "42"})
    assert not remediator.repair(document, [cast, lying], subject="workflow_trace").changed
    assert remediator.repair(document, [cast], subject="workflow_trace").changed
    assert remediator.repair(
        document, [cast, replace(lying, blocking=False)], subject="workflow_trace"
    ).changed


def test_a_breach_of_isolation_is_proposed_and_not_mended(remediator: Remediator, judged: Judged) -> None:
    """S0-134, D-10."""
    document = changed(clean_trace(), {"/outputs/tenant_id": 77})
    repair, _ = repaired(remediator, judged, document)
    assert not repair.changed
    proposal, after = repaired(remediator, judged, document, effort=Effort.PROPOSAL)
    assert after.issues == ()
    assert proposal.rules == ("tenant_isolation_violation@1",)
    assert "remediation" not in content(proposal)


def test_a_rule_that_may_only_propose_leaves_the_trace_to_a_person(rules: Rules) -> None:
    """S0-128."""
    rule = {"steps": [{"do": "add", "path": "@", "value": "wf-0"}], "auto_remediable": False}
    document = changed(clean_trace(), {"/trace_id": MISSING})
    repair = rules(one=rule).repair(document, [an_issue()])
    assert (repair.changed, repair.standings) == (False, ((an_issue(), Standing.PERSON),))
    assert rules(one=rule).repair(document, [an_issue()], effort=Effort.PROPOSAL).changed


def test_a_repair_that_would_give_the_trace_to_another_tenant_fails(rules: Rules) -> None:
    """DESIGN 9: the rule names no place, so that only the trace shows it."""
    rule = {"steps": [{"do": "replace", "path": "@", "value": 43}], "codes": ["schema.type_invalid"]}
    issue = an_issue("schema.type_invalid", "/context/tenant_id")
    repair = rules(one=rule).repair(clean_trace(), [issue])
    assert [(one.result, one.error) for one in repair.receipts] == [(RuleResult.FAILED, "tenant_changed")]
    assert (repair.document, repair.standings) == (clean_trace(), ((issue, Standing.FAILED),))


def test_the_same_tenant_as_a_number_is_the_same_tenant(remediator: Remediator, judged: Judged) -> None:
    repair, after = repaired(remediator, judged, changed(clean_trace(), {"/context/tenant_id": "42"}))
    assert (repair.changed, after.tenant) == (True, "42")


def test_one_rule_that_fails_does_not_keep_the_others_from_their_work(rules: Rules) -> None:
    """S0-129, D-07."""
    bad = {"order": 1, "steps": [{"do": "remove", "path": "/tags"}, {"do": "remove", "path": "/steps/*"}]}
    good = {"order": 2, "steps": [{"do": "add", "path": "@", "value": "wf-0"}]}
    document = changed(clean_trace(), {"/trace_id": MISSING})
    repair = rules(bad=bad, good=good).repair(document, [an_issue()])
    assert [(one.rule, one.result) for one in repair.receipts] == [
        ("bad", RuleResult.FAILED),
        ("good", RuleResult.APPLIED),
    ]
    assert content(repair)["tags"] == ["finance", "pilot"]
    assert repair.stands(Standing.COVERED)
    assert not repair.stands(Standing.FAILED)


def test_a_bug_of_a_rule_is_a_failure_without_its_text(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 6, promise 4."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError(CARD)

    remediator = rules(one={"steps": [{"do": "remove", "path": "/tags"}]})
    monkeypatch.setattr(fold_module, "perform", broken)
    repair = remediator.repair(clean_trace(), [an_issue()])
    assert [(one.result, one.error) for one in repair.receipts] == [(RuleResult.FAILED, "bug")]
    assert CARD not in repr(repair)


def test_rules_work_in_the_declared_order_and_then_by_name(rules: Rules) -> None:
    """D-11."""
    step = {"steps": [{"do": "remove", "path": "/tags"}]}
    remediator = rules(b={"order": 7, **step}, c={"order": 2, **step}, a={"order": 7, **step}, d=step)
    repair = remediator.repair(clean_trace(), [an_issue()])
    assert [one.rule for one in repair.receipts] == ["c", "a", "b", "d"]


def test_a_rule_is_for_its_codes_subject_keywords_and_places(rules: Rules) -> None:
    """D-08, S0-124."""
    rule = {
        "steps": [{"do": "remove", "path": "/tags"}],
        "codes": ["schema.type_invalid"],
        "keywords": ["enum"],
        "paths": ["/steps/*/status"],
    }
    remediator = rules(one=rule)

    def applies(code: str, path: str, keyword: str, subject: str = "workflow_trace") -> bool:
        issue = an_issue(code, path, keyword=keyword)
        return remediator.repair(clean_trace(), [issue], subject=subject).changed

    assert applies("schema.type_invalid", "/steps/1/status", "enum")
    assert not applies("schema.required_missing", "/steps/1/status", "enum")
    assert not applies("schema.type_invalid", "/steps/1/status", "type")
    assert not applies("schema.type_invalid", "/status", "enum")
    assert not applies("schema.type_invalid", "/steps/1/status", "enum", "agent_run")


def test_a_trace_of_a_version_that_nobody_knows_is_known_by_its_type(
    remediator: Remediator, judged: Judged
) -> None:
    document = changed(clean_trace(), {"/schema_version": "1.2"})
    assert judged(document).subject == "none"
    assert repaired(remediator, judged, document)[1].issues == ()


def test_an_unknown_rule_is_an_error_of_the_caller(remediator: Remediator) -> None:
    """S0-135."""
    with pytest.raises(UnsupportedRemediationRuleError, match="no remediation rule 'fil'"):
        remediator.repair(clean_trace(), [], only="fil")
    with pytest.raises(UnsupportedRemediationRuleError):
        remediator.rule("fil")
    assert remediator.rule("enum_aliases").name == "enum_aliases"


def test_a_repaired_trace_says_so_and_by_how_much_it_is_to_be_believed(
    remediator: Remediator, judged: Judged
) -> None:
    """D-10: rule, version, changes and confidence; no values, which a detector would find a second time."""
    document = changed(
        clean_trace(), BROKEN["invalid_data_types"] | {"/remediation": {"rules": [], "confidence": 1}}
    )
    repair, _ = repaired(remediator, judged, document, rate=lambda rule: 0.96)
    assert content(repair)["remediation"] == {
        "rules": [
            {
                "rule": "invalid_data_types",
                "version": "1",
                "codes": ["schema.type_invalid"],
                "changes": [
                    {"op": "replace", "path": "/context/tenant_id"},
                    {"op": "replace", "path": "/trust_score"},
                ],
            }
        ],
        "confidence": 0.96,
    }


def test_a_schema_that_does_not_ask_for_the_block_does_not_get_it(remediator: Remediator) -> None:
    issue = an_issue("schema.type_invalid", "/eventVersion", keyword="type", expected="string")
    repair = remediator.repair({"eventVersion": 1}, [issue], subject="cloudtrail_event")
    assert repair.document == {"eventVersion": "1"}


def test_names_that_no_schema_has_are_not_told(rules: Rules) -> None:
    """Promise 4: a member's name may be personal data, too."""
    blobs = {"alice@example.org": "x" * 300, "4111111111111111": ["y", "x" * 300]}
    document = changed(clean_trace(), {"/outputs": blobs})
    step = {"do": "claim_check", "path": "/outputs", "at_least": 256}
    (receipt,) = rules(one={"steps": [step]}).repair(document, [an_issue()]).receipts
    assert receipt.actions == (
        "Replaced large text /outputs/* by a claim check",
        "Replaced large text /outputs/*/1 by a claim check",
    )
    assert receipt.paths == ("/outputs/*", "/outputs/*/1")


def test_a_rule_that_was_undone_for_a_trace_leaves_it_alone(remediator: Remediator, judged: Judged) -> None:
    """Of the version that was undone, and of no other; what other rules repair they go on repairing."""
    document = changed(clean_trace(), BROKEN["invalid_data_types"] | BROKEN["enum_aliases"])
    repair, _ = repaired(remediator, judged, document, without={"invalid_data_types@1", "enum_aliases@2"})
    assert repair.rules == ("enum_aliases@1",)
    assert {issue.path: standing for issue, standing in repair.standings} == {
        "/context/tenant_id": Standing.UNDONE,
        "/trust_score": Standing.UNDONE,
        "/status": Standing.COVERED,
        "/steps/1/status": Standing.COVERED,
    }


@pytest.mark.parametrize("document", [None, 7, "text", [], [1], {}, {"trace_type": []}])
def test_a_document_of_any_kind_is_left_alone_or_repaired_but_never_raises(
    remediator: Remediator, judged: Judged, document: Json
) -> None:
    repaired(remediator, judged, document)
    repaired(remediator, judged, document, effort=Effort.PROPOSAL, scope=Scope.ALL)
    assert not remediator.repair(document, [an_issue(path="/trace_type")]).changed
