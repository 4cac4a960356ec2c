"""Every case beside a remediation rule: the trace before, its issues, and what the rule makes of it (S0-131 … S0-140)."""

from importlib.resources import files

import pytest

from assay.agents.cli.rules_cases import Case, CaseTrial, read_cases
from assay.pipeline.policy.bundle import Bundle

CASES = [case for case in read_cases(files("assay.remediation_rules")) if isinstance(case, Case)]
LARGE = {"oversized_blobs"}
"""Its cases would have to be as large as the traces; tests/unit/remediate has one that is made."""


@pytest.fixture(scope="module")
def trial(shipped: Bundle) -> CaseTrial:
    return CaseTrial(shipped)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file.removeprefix("remediation_rules/cases/"))
def test_a_case_is_as_it_says(case: Case, trial: CaseTrial) -> None:
    assert trial(case) == []


def test_every_file_beside_the_rules_is_a_case() -> None:
    assert [
        found for found in read_cases(files("assay.remediation_rules")) if not isinstance(found, Case)
    ] == []


def test_every_rule_has_a_case_that_it_repairs_and_most_have_one_that_they_leave_alone(
    shipped: Bundle,
) -> None:
    rules = set(shipped.remediation_rules) - LARGE
    assert {case.rule for case in CASES if case.repaired} == rules
    alone = {case.rule for case in CASES if not case.repaired}
    assert rules - alone <= {"legacy_field_names", "tenant_isolation_violation"}
