"""Codes, severities, and the issue that speaks for a trace (S0-49, S0-52, D-17)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.code_words import SENTENCES
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.issue import Issue, Severity, worst
from assay.pipeline.dispose.testing import an_issue

ISSUES = st.lists(
    st.builds(
        an_issue,
        st.sampled_from(IssueCode),
        severity=st.sampled_from(Severity),
        blocking=st.booleans(),
        path=st.sampled_from(["/a", "/b"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("code", IssueCode)
def test_every_code_has_a_sentence_and_a_family(code: IssueCode) -> None:
    assert SENTENCES[code].endswith(".")
    assert code.value == f"{code.family}.{code.value.split('.', 1)[1]}"
    assert code.family in {
        *("corrupt", "schema", "security", "compliance", "business", "performance", "time", "detector")
    }


def test_severities_have_the_ranks_of_the_requirements() -> None:
    """S0-49: critical=4, high=3, medium=2, low=1."""
    assert {severity.value: severity.rank for severity in Severity} == {
        "critical": 4,
        "high": 3,
        "medium": 2,
        "low": 1,
    }


@given(ISSUES)
@settings(deadline=None)
def test_no_issue_is_worse_than_the_worst_and_among_its_equals_it_blocks_if_any_does(
    issues: list[Issue],
) -> None:
    """S0-48, D-17: severity decides; deterministic: among equals, the one that was found first."""
    chosen = worst(issues)
    rivals = [issue for issue in issues if issue.severity is chosen.severity]
    assert chosen.severity.rank == max(issue.severity.rank for issue in issues)
    assert chosen.blocking is any(issue.blocking for issue in rivals)
    assert chosen is next(issue for issue in rivals if issue.blocking is chosen.blocking)


def test_of_no_issue_there_is_no_worst() -> None:
    with pytest.raises(ValueError):
        worst([])


def test_a_configuration_error_shows_every_problem_on_a_line_of_its_own() -> None:
    error = ConfigError([Problem("a.yaml", "is wrong", "Mend it"), Problem("b", "too", "Mend it too")])
    assert str(error) == "a.yaml: is wrong. Mend it\nb: too. Mend it too"
