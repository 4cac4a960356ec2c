"""A hostile trace costs a bounded amount, and stops when it asks for more (promise 5; RELIABILITY, hostile input)."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.detect.security import SecurityDetector
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.security_rules import SecurityRules

Find = Callable[..., list[Finding]]


def test_no_more_findings_than_the_limit(shipped: Bundle, judge: Callable[..., list[Finding]]) -> None:
    """S0-47."""
    detector = SecurityDetector(replace(shipped, limits=replace(shipped.limits, max_issues=5)))
    document: Json = {"context": {"tenant_id": 9}, "inputs": ["jo@example.com"] * 50}
    assert len(judge(detector, document)) == 5


@pytest.mark.parametrize(
    "inputs",
    [
        {"note": "+999 000 0000, " * 20_000},
        {"phone": "00 00 00 00, " * 20_000},
        {"note": ["call 00 00 00 00"] * 5_000},
        {"note": "eyJhbGciOjB9.eyJhbGciOjB9. " * 20_000},
    ],
    ids=["with plus", "under a name", "behind a word", "tokens"],
)
def test_too_many_candidates_stop_the_trace(inputs: Json, find: Find) -> None:
    """In doubt a trace stops: what was not looked at is not clean."""
    assert IssueCode.DETECTOR_FAILED in {finding.code for finding in find(inputs)}


def test_too_much_inside_one_another_stops_the_trace(find: Find) -> None:
    inner = json.dumps({"note": "call 020 7946 0958 " * 10})
    assert find({"x": [inner] * 10}, rules=SecurityRules(nested_bytes=10_000)) != []
    findings = find({"x": [inner] * 10}, rules=SecurityRules(nested_bytes=1_000))
    assert [finding.rule for finding in findings if finding.code is IssueCode.DETECTOR_FAILED] == [
        "security.too_much_to_search@1"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 900_000 + "@",
        "@" * 900_000,
        "a@" * 400_000,
        "a." * 200_000 + "@" + "b." * 200_000,
        "4111 " * 180_000,
        "4" * 900_000,
        "DE89 " * 180_000,
        "token" * 180_000,
        "-token_-" * 100_000 + "=",
        "://" * 300_000,
        "eyJ" * 300_000,
        "passport " * 100_000,
        "ssn 219 " * 100_000,
        "-----BEGIN PRIVATE KEY-----" * 30_000,
        ":" * 900_000,
        "1:" * 400_000,
        "%41" * 300_000,
        "call (" * 150_000,
        "\u200b1" * 200_000,
        "{" * 900_000,
        "[" * 100_000,
        "SURU" * 200_000,
    ],
    ids=lambda text: text[:8].encode("ascii", "backslashreplace").decode(),
)
def test_long_monotonous_texts_are_read_once(text: str, find: Find) -> None:
    """Quadratic work would take minutes: that the test ends is the assertion. No find is worth more than the bound."""
    assert len(find({"note": text})) <= 3
