"""What a rule in CEL answers (S0-40): deterministic, bounded, and never an exception."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import MISSING
from assay.pipeline.policy.cel_program import MOST_VALUES, Answer, CelProgram, Missing, expression_problem

HOLDS, VIOLATED, NEITHER = Answer.HOLDS, Answer.VIOLATED, Answer.NOT_APPLICABLE

ANSWERS: list[tuple[str, dict[str, Any], Answer]] = [
    ("a <= b", {"a": 1, "b": 2}, HOLDS),
    ("a <= b", {"a": 3, "b": 2}, VIOLATED),
    ("a <= b", {"a": 1, "b": 1.5}, HOLDS),
    ("a <= b", {"a": 1, "b": MISSING}, NEITHER),
    ("a <= b", {"a": 1, "b": None}, NEITHER),
    ("a <= b", {"a": 1, "b": "2"}, NEITHER),
    ("a <= b", {"a": 1, "b": {"c": 1}}, NEITHER),
    ("a + b > 0", {"a": 2**63 - 1, "b": 1}, NEITHER),
    ("a > 0", {"a": 2**70, "b": 0}, HOLDS),
    ("a / b > 0", {"a": 1, "b": 0}, NEITHER),
    ("a + b", {"a": 1, "b": 2}, NEITHER),
    ("a.all(x, x > 0)", {"a": [1, 2]}, HOLDS),
    ("a.all(x, x > 0)", {"a": []}, HOLDS),
    ("a.all(x, x > 0)", {"a": [1] * MOST_VALUES}, HOLDS),
    ("a.all(x, x > 0)", {"a": [1] * (MOST_VALUES + 1)}, NEITHER),
    ("a.all(x, x > 0)", {"a": [[1]]}, NEITHER),
    ("a.exists(x, x == null)", {"a": ["s", None]}, HOLDS),
    ("a.matches('^[a-z]+$')", {"a": "word"}, HOLDS),
    ("a.matches('^(a+)+$')", {"a": "a" * 60_000 + "b"}, VIOLATED),
    ("size(a) > 0", {"a": "x" * 65_537}, NEITHER),
    ("size(a) > 0", {"a": "\ud800"}, NEITHER),
    (
        "timestamp(a) <= timestamp(b)",
        {"a": "2025-03-04T10:15:00+01:00", "b": "2025-03-04T09:15:00.000000001Z"},
        HOLDS,
    ),
    ("timestamp(a) < timestamp(b)", {"a": "soon", "b": "2025-03-04T09:15:00Z"}, NEITHER),
    ("type(a) == int || a.endsWith('x')", {"a": "ax"}, HOLDS),
]


@pytest.mark.parametrize(("expression", "given", "answer"), ANSWERS)
def test_what_a_rule_answers(expression: str, given: dict[str, Any], answer: Answer) -> None:
    """What cannot be evaluated does not apply, unless the rule says that it is violated."""
    assert CelProgram(None, expression, Missing.SKIPS).ask(given) is answer
    strict = CelProgram(None, expression, Missing.VIOLATES).ask(given)
    assert strict is (VIOLATED if answer is NEITHER else answer)


@pytest.mark.parametrize(
    ("kind", "answer"), [("paid", VIOLATED), ("free", NEITHER), (MISSING, NEITHER), ("", NEITHER)]
)
def test_when_decides_first(kind: object, answer: Answer) -> None:
    assert (
        CelProgram("kind == 'paid'", "amount > 0", Missing.SKIPS).ask({"kind": kind, "amount": 0}) is answer
    )


def test_the_shape_of_an_expression_is_checked_without_a_trace() -> None:
    assert expression_problem("a < b && size(c) > 0", ("a", "b", "c")) is None
    assert expression_problem("a.all(x, x in [1, 2])", ("a",)) is None
    assert expression_problem("a.all(x, y)", ("a",)) is not None


@given(
    a=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3),
    ),
    expression=st.sampled_from(sorted({expression for expression, _, _ in ANSWERS})),
)
def test_no_value_makes_a_rule_raise(a: object, expression: str) -> None:
    """D-15, D-16: and the same value has the same answer."""
    program = CelProgram(None, expression, Missing.SKIPS)
    assert program.ask({"a": a, "b": a}) is program.ask({"a": a, "b": a})
