"""What may be said after ``--fault-mix``."""

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.generate import parse_mix


def test_codes_with_weights() -> None:
    assert parse_mix("corrupt.empty=3, schema.type_invalid=0.5") == {
        IssueCode.CORRUPT_EMPTY: 3.0,
        IssueCode.SCHEMA_TYPE_INVALID: 0.5,
    }


def test_a_code_alone_weighs_one() -> None:
    assert parse_mix("corrupt.depth") == {IssueCode.CORRUPT_DEPTH: 1.0}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("corrupt.emtpy=1", "no such fault"),
        ("detector.failed", "no such fault"),
        ("", "no such fault"),
        ("corrupt.empty,corrupt.empty", "named twice"),
        ("corrupt.empty=0", "not a number above 0"),
        ("corrupt.empty=-1", "not a number above 0"),
        ("corrupt.empty=inf", "not a number above 0"),
        ("corrupt.empty=much", "not a number above 0"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_mix(text)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_mix("x,corrupt.empty=no,y=2")
    assert len(caught.value.problems) == 3
