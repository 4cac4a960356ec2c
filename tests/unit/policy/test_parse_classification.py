"""What a bundle may say of codes and teams, and what comes of it (D-21, S0-48 … S0-51)."""

from collections.abc import Callable

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Finding, Severity
from assay.pipeline.core.team import TEAMS, Team
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import CLASSIFICATION, Enforcement, EnforcementPoint, Mode
from assay.pipeline.policy.parse import load_bundle

Load = Callable[[str], Bundle]
RULE = (
    b"{name: fill, version: 1, subject: order, codes: [schema.type_invalid], steps: [{do: cast}], "
    b"auto_remediable: true, success_rate: 1, provenance: {owner: nobody, reason: a test}}"
)
EMAIL = IssueCode.SECURITY_PII_EMAIL


@pytest.fixture
def classified(files: dict[str, bytes]) -> Load:
    def load(text: str) -> Bundle:
        return load_bundle({**files, "policies/classification.yaml": text.encode()})

    return load


def test_without_the_file_and_with_an_empty_one_what_ships_applies(small: Bundle, classified: Load) -> None:
    assert small.classification == CLASSIFICATION
    assert classified("codes: {}").classification == CLASSIFICATION
    assert classified("codes: {}").bundle_id == small.bundle_id


def test_a_row_changes_what_it_names_and_nothing_else(classified: Load) -> None:
    bundle = classified(
        "codes: {security.pii_email: {severity: high, mode: warn, at: {gate: strict, replay: audit}}}"
    )
    row = bundle.classification[EMAIL]
    assert (row.category, row.severity) == (Category.SECURITY, Severity.HIGH)
    assert {point.value: row.mode_at(point).value for point in EnforcementPoint} == {
        "gate": "strict",
        "stream": "warn",
        "replay": "audit",
        "ci": "warn",
    }
    others = {code: policy for code, policy in bundle.classification.items() if code is not EMAIL}
    assert others == {code: policy for code, policy in CLASSIFICATION.items() if code is not EMAIL}


def test_a_row_with_one_word_keeps_the_others(classified: Load) -> None:
    row = classified("codes: {security.pii_email: {severity: low}}").classification[EMAIL]
    assert (row.severity, row.mode) == (Severity.LOW, CLASSIFICATION[EMAIL].mode)


@pytest.mark.parametrize(
    ("mode", "said", "counted"),
    [("strict", True, False), ("warn", True, False), ("audit", False, True), ("off", False, False)],
)
def test_a_mode_of_the_bundle_is_what_an_issue_does(
    classified: Load, mode: str, said: bool, counted: bool
) -> None:
    """DESIGN 7: strict blocks, warn tags, audit counts, off says nothing; ``off`` needs no quotes in YAML."""
    bundle = classified(f"codes: {{security.pii_email: {{mode: {mode}}}}}")
    issues, audited = Enforcement(bundle.classification).sort([Finding(EMAIL)], "security")
    assert (len(issues), len(audited)) == (said, counted)
    assert all(issue.blocking == (mode == "strict") for issue in issues)


def test_off_with_an_exception_is_meant(classified: Load) -> None:
    row = classified("codes: {time.stale: {mode: off, at: {gate: strict}}}").classification[
        IssueCode.TIME_STALE
    ]
    assert (row.mode_at(EnforcementPoint.STREAM), row.mode_at(EnforcementPoint.GATE)) == (
        Mode.OFF,
        Mode.STRICT,
    )


def test_what_nobody_could_judge_may_be_said_to_be_less_severe(classified: Load) -> None:
    code = IssueCode.CORRUPT_EMPTY
    row = classified("codes: {corrupt.empty: {severity: low, mode: strict}}").classification[code]
    assert (row.severity, row.mode) == (Severity.LOW, Mode.STRICT)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("policies/classification.yaml", b"codes: {time.stale: {mode: audit}}"),
        ("policies/classification.yaml", b"codes: {time.stale: {at: {gate: audit}}}"),
        ("policies/teams.yaml", b"teams: {schema: security_team}"),
        ("remediation_rules/fill.yaml", RULE),
    ],
)
def test_each_of_these_files_is_part_of_the_id(
    files: dict[str, bytes], small: Bundle, path: str, text: bytes
) -> None:
    assert load_bundle({**files, path: text}).bundle_id != small.bundle_id


def test_examples_and_cases_are_not(files: dict[str, bytes], small: Bundle) -> None:
    for path in ("remediation_rules/cases/fill/one.yaml", "remediation_rules/fill/cases/one.yaml"):
        files[path] = b"not: [even yaml"
    assert load_bundle(files).bundle_id == small.bundle_id


def test_a_category_without_a_team_of_its_own_has_the_one_that_ships(
    files: dict[str, bytes], small: Bundle
) -> None:
    """S0-51, S0-118 … S0-122."""
    assert small.teams == TEAMS
    files["policies/teams.yaml"] = b"teams: {schema: security_team}"
    assert load_bundle(files).teams == {**TEAMS, Category.SCHEMA: Team.SECURITY_TEAM}
