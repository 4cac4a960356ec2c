"""An outcome can always be written: an envelope fits its topic whatever the record holds (DESIGN 4)."""

import hashlib
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.errors import SealError
from assay.pipeline.core.issue import Issue, Severity
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.core.sealed import Sealed
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.dispose import FailingWriter, open_envelope
from assay.pipeline.dispose.envelope import LEAST_MAX_BYTES
from assay.pipeline.dispose.listing import list_issues
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue

NOW = 1_700_000_000_000_000_000
SEALER = KeylessSealer()
KAFKA_FRAMING = 512


def test_a_record_that_is_too_large_leaves_a_claim_check() -> None:
    value = b"v" * 100_000
    outgoing = _write(a_record(value), a_verdict(an_issue()), 65_536)
    document = _json(outgoing)
    assert document["payload"] == {
        "claim_check": {
            "sha256": hashlib.sha256(value).hexdigest(),
            "length": 100_000,
            "source": "traces.raw/3/42",
            "reason": "too_large",
        }
    }
    assert len(document["issues"]) == 1
    with pytest.raises(SealError, match="claim check"):
        open_envelope(document, SEALER)


def test_what_will_not_fit_is_not_copied_to_be_sealed() -> None:
    """A small compressed batch can inflate to hundreds of megabytes: one more copy could end the worker."""

    class Unasked(KeylessSealer):
        def seal(self, tenant: str, plaintext: bytes, aad: bytes) -> Sealed:
            raise AssertionError("the sealer was asked")

    write = FailingWriter(BUNDLE, Unasked(), "g", 65_536)
    assert "claim_check" in _json(write(a_record(key=b"k" * 65_536), a_verdict(an_issue()), NOW))["payload"]


@given(
    st.lists(st.builds(an_issue, path=st.text(max_size=20).map("/".__add__)), max_size=20),
    st.integers(2, 4000),
)
def test_the_list_of_issues_keeps_to_its_bytes(issues: list[Issue], max_bytes: int) -> None:
    listed = list_issues(issues, 200, max_bytes)
    assert len(orjson.dumps(listed)) <= max_bytes
    assert len(listed) <= len(issues)


@pytest.mark.parametrize(
    "record",
    [
        a_record(b"v" * 1_048_576, key=b"k" * 500_000),
        a_record(b"v" * 1_048_576, headers=[(f"header-{number}", b"h" * 900) for number in range(1000)]),
    ],
    ids=["largest value and a large key", "largest value and 1,000 headers"],
)
def test_what_a_raw_topic_can_hold_is_kept(record: Record) -> None:
    """With the limits that ship, a claim check is for what was compressed beyond reason."""
    issues = [an_issue(path=f"/f{number}") for number in range(200)]
    outgoing = FailingWriter(BUNDLE, SEALER, "g")(record, a_verdict(*issues), NOW)
    assert open_envelope(_json(outgoing), SEALER).value == record.value
    assert len(_json(outgoing)["issues"]) == 200


@given(
    st.integers(0, 70_000),
    st.integers(0, 70_000),
    st.integers(0, 1000),
    st.integers(1, 300),
    st.sampled_from(["a", "\x00", "€", "😀", "\ud800"]),
)
def test_it_fits_whatever_the_record_and_its_issues_are(
    value: int, key: int, headers: int, issues: int, letter: str
) -> None:
    record = a_record(b"v" * value, key=b"k" * key, headers=[("h", b"x" * 50)] * headers)
    shout = letter * 3000
    shouting = replace(
        an_issue(path=f"/{shout}"),
        keyword=shout,
        message=shout,
        expected=shout,
        actual_masked=shout,
        rule=shout,
        detector=shout,
    )
    outgoing = _write(record, a_verdict(*[shouting] * issues), LEAST_MAX_BYTES)
    assert _size(outgoing) <= LEAST_MAX_BYTES
    assert _json(outgoing)["issues_total"] == issues


def test_the_payload_is_worth_more_than_the_last_issues() -> None:
    """Issues can be had again from the bytes, the bytes not from the issues."""
    long = [replace(an_issue(path=f"/{number}"), message="m" * 1024) for number in range(200)]
    document = _json(_write(a_record(b"v" * 20_000), a_verdict(*long), 65_536))
    assert open_envelope(document, SEALER).value == b"v" * 20_000
    assert 0 < len(document["issues"]) < 200
    assert document["issues_total"] == 200


def test_the_issue_that_decided_is_listed_when_others_are_cut() -> None:
    minor = [an_issue(severity=Severity.LOW, blocking=False, path=f"/m{number}") for number in range(400)]
    document = _json(_write(a_record(), a_verdict(*minor, an_issue(path="/decides")), 4_194_304))
    assert len(document["issues"]) == BUNDLE.limits.max_issues
    assert document["issues"][0]["path"] == "/decides"
    assert document["issues_total"] == 401


def test_a_text_that_is_cut_says_so() -> None:
    issue: Issue = replace(an_issue(), message="m" * 2000)
    message = _json(_write(a_record(), a_verdict(issue), 65_536))["issues"][0]["message"]
    assert message == "m" * 1023 + "…"


def test_a_topic_in_which_an_outcome_might_not_fit_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="65536"):
        FailingWriter(BUNDLE, SEALER, "g", max_bytes=LEAST_MAX_BYTES - 1)


def _write(record: Record, verdict: Verdict, max_bytes: int) -> Outgoing:
    return FailingWriter(BUNDLE, SEALER, "g", max_bytes)(record, verdict, NOW)


def _json(outgoing: Outgoing) -> Any:
    assert outgoing.value is not None
    return orjson.loads(outgoing.value)


def _size(outgoing: Outgoing) -> int:
    headers = sum(len(name) + len(value or b"") + 10 for name, value in outgoing.headers)
    return len(outgoing.value or b"") + len(outgoing.key or b"") + headers + KAFKA_FRAMING
