"""Counting what a detector said against the truth: by case and code, secrets also as one."""

from collections.abc import Sequence

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Finding
from assay.pipeline.generate.corpus import (
    ROWS,
    SECRETS,
    Case,
    Count,
    Expected,
    Kind,
    Mistake,
    misjudged,
    score,
)
from assay.pipeline.generate.corpus.score import names_place

CARD, EMAIL = IssueCode.SECURITY_PII_CARD, IssueCode.SECURITY_PII_EMAIL
JWT, GENERIC = IssueCode.SECURITY_SECRET_JWT, IssueCode.SECURITY_SECRET_GENERIC


def a_case(*expected: tuple[IssueCode, str]) -> Case:
    kind = Kind.POSITIVE if expected else Kind.CLEAN
    return Case("tuning/1", kind, b"{}", {}, tuple(Expected(*each) for each in expected), ())


def said(*findings: tuple[IssueCode, str]) -> list[Finding]:
    return [Finding(code, path) for code, path in findings]


@pytest.mark.parametrize(
    ("what", "case", "findings", "row", "count"),
    [
        ("found", a_case((CARD, "/a")), said((CARD, "/a")), "card", Count(right=1, placed=1)),
        ("found twice", a_case((CARD, "/a")), said((CARD, "/a"), (CARD, "/a")), "card", Count(right=1, placed=1)),
        ("found elsewhere", a_case((CARD, "/a")), said((CARD, "/b")), "card", Count(right=1)),
        ("one of two places", a_case((CARD, "/a"), (CARD, "/b")), said((CARD, "/b")), "card", Count(right=1)),
        ("missed", a_case((CARD, "/a")), said((EMAIL, "/a")), "card", Count(missed=1)),
        ("taken for another", a_case((CARD, "/a")), said((EMAIL, "/a")), "email", Count(invented=1)),
        ("invented", a_case(), said((CARD, "/a"), (CARD, "/b")), "card", Count(invented=1)),
        ("nothing to find", a_case(), said(), "card", Count()),
        ("a secret under another name", a_case((JWT, "/a")), said((GENERIC, "/a")), SECRETS, Count(right=1, placed=1)),
        ("its own row is strict", a_case((JWT, "/a")), said((GENERIC, "/a")), "jwt", Count(missed=1)),
        ("and so is the other", a_case((JWT, "/a")), said((GENERIC, "/a")), "generic", Count(invented=1)),
        ("no secret", a_case((CARD, "/a")), said((GENERIC, "/a")), SECRETS, Count(invented=1)),
        ("not looked at", a_case(), said((IssueCode.SECURITY_TENANT_MISMATCH, "")), SECRETS, Count()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_case_counts_once_for_a_code(
    what: str, case: Case, findings: Sequence[Finding], row: str, count: Count
) -> None:
    assert score([(case, findings)])[row] == count, what


def test_every_row_is_there_even_with_nothing_to_count() -> None:
    assert tuple(score([])) == ROWS
    assert {count.precision + count.recall + count.placing for count in score([]).values()} == {0.0}


def test_precision_and_recall_are_shares_of_cases() -> None:
    count = Count(right=6, invented=2, missed=4, placed=3)

    assert (count.precision, count.recall, count.placing) == (0.75, 0.6, 0.5)


@pytest.mark.parametrize(
    ("path", "expected", "names"),
    [
        ("/a/b", "/a/b", True),
        ("/a/*", "/a/b", True),
        ("/*/*", "/a/b", True),
        ("/a/b/*", "/a/b", True),
        ("/a", "/a/b", False),
        ("/a/c", "/a/b", False),
        ("", "", True),
        ("/*", "", True),
        ("/a/0", "/a/1", False),
    ],
)
def test_a_pointer_leads_to_the_place_or_into_it(path: str, expected: str, names: bool) -> None:
    """Names of a trace that its schema does not know are written as ``*``."""
    assert names_place(path, expected) is names


def test_mistakes_are_listed_case_by_case() -> None:
    case = a_case((CARD, "/a"))

    found = list(misjudged([(case, said((EMAIL, "/a"))), (case, said((CARD, "/a")))]))

    assert [(each.code, each.mistake) for each in found] == [
        (CARD, Mistake.MISSED),
        (EMAIL, Mistake.INVENTED),
    ]
    assert all(each.case is case for each in found)
