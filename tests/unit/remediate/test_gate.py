"""Trust in a rule: its rolling success rate, when it is shut, and what opens it again (S0-125, S0-128)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.remediate import Gate, RuleOutcome, Trust
from assay.pipeline.remediate.gate import SHADOWS, THRESHOLD, WINDOW, RuleRecord

SUCCESS, FAILURE = RuleOutcome.SUCCESS, RuleOutcome.FAILURE
HISTORY = st.lists(st.sampled_from(RuleOutcome), max_size=2 * WINDOW)
RULE = "fill@1"


def gate(prior: float = 0.98) -> Gate:
    return Gate(lambda rule_id: prior)


@given(st.integers(0, 5 * WINDOW), st.floats(THRESHOLD, 1))
def test_a_rule_that_starts_failing_is_shut_within_20_traces(successes: int, prior: float) -> None:
    """However well it did before."""
    one = gate(prior)
    for _ in range(successes):
        one.note(RULE, SUCCESS)
    assert one.trust(RULE) is Trust.TRUSTED
    failures = 0
    while one.trust(RULE) is Trust.TRUSTED:
        one.note(RULE, FAILURE)
        failures += 1
    assert failures <= 11


@given(HISTORY, st.floats(0, 1))
def test_a_rule_repairs_only_with_a_rate_over_the_threshold(history: list[RuleOutcome], prior: float) -> None:
    one = gate(prior)
    for outcome in history:
        record = one.note(RULE, outcome)
        assert 0 <= record.rate <= 1
        assert record.trust is Trust.SHUT or record.rate >= THRESHOLD
        assert record.count <= WINDOW
        assert record.results.bit_length() <= record.count


def test_the_rate_is_that_of_the_last_results() -> None:
    record = RuleRecord(1.0)
    for outcome in [FAILURE] * 5 + [SUCCESS] * WINDOW:
        record = record.noted(outcome)
    assert (record.rate, record.count) == (1.0, WINDOW)


def test_a_rule_without_a_past_has_its_prior() -> None:
    assert gate(0.97).record(RULE).rate == pytest.approx(0.97)
    assert gate(0.94).trust(RULE) is Trust.SHUT


def shut() -> Gate:
    one = gate()
    for _ in range(20):
        one.note(RULE, FAILURE)
    assert one.trust(RULE) is Trust.SHUT
    return one


def test_a_new_version_is_a_new_rule() -> None:
    assert shut().trust("fill@2") is Trust.TRUSTED


def test_enough_shadows_in_a_row_open_it_and_one_failure_begins_the_count_anew() -> None:
    one = shut()
    for outcome in [SUCCESS] * (SHADOWS - 1) + [FAILURE] + [SUCCESS] * (SHADOWS - 1):
        one.note(RULE, outcome)
    assert one.trust(RULE) is Trust.SHUT
    one.note(RULE, SUCCESS)
    assert one.trust(RULE) is Trust.TRUSTED
    assert one.record(RULE).rate == pytest.approx(0.98)


def test_successes_of_the_past_do_not_open_it() -> None:
    one = shut()
    for _ in range(SHADOWS - 1):
        one.note(RULE, SUCCESS)
    assert one.trust(RULE) is Trust.SHUT


def test_a_rule_that_nobody_believes_in_must_earn_it_each_time() -> None:
    one = gate(0.5)
    for _ in range(SHADOWS):
        one.note(RULE, SUCCESS)
    assert one.trust(RULE) is Trust.SHUT


@given(HISTORY, HISTORY)
def test_it_survives_a_restart(before: list[RuleOutcome], after: list[RuleOutcome]) -> None:
    one = gate()
    for outcome in before:
        one.note(RULE, outcome)
    again = Gate.from_json(lambda rule_id: 0.98, json.loads(json.dumps(one.to_json())))
    for outcome in after:
        assert again.note(RULE, outcome) == one.note(RULE, outcome)
    assert again.rates() == one.rates()


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"format": 2, "rules": {}},
        {"format": 1, "rules": {"a@1": {}}},
        {"format": 1, "rules": {"a@1": {"prior": 1, "results": "12", "shut": False, "shadows": 0}}},
        {"format": 1, "rules": {"a@1": {"prior": 1, "results": "1" * 201, "shut": False, "shadows": 0}}},
    ],
)
def test_what_is_no_state_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="this is no"):
        Gate.from_json(lambda rule_id: 1.0, document)  # type: ignore[arg-type]  # whatever was read
