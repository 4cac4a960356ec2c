"""Envelopes as the detector writes them, to be changed at will."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assay.pipeline.classify import Classified, Classifier
from assay.pipeline.core.issue import Issue
from assay.pipeline.core.record import Headers, RawRecord
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue

Failing = Callable[..., RawRecord]
NOW_NS = 1_700_000_000_123_456_789


@pytest.fixture
def failing() -> Failing:
    """A record of ``traces.invalid`` with these issues; keyword arguments change members of its envelope."""

    def make(*issues: Issue, readable: bool = True, **members: Any) -> RawRecord:
        write = FailingWriter(BUNDLE, KeylessSealer(), "group")
        verdict = a_verdict(*(issues or (an_issue(),)), readable=readable)
        written = write(a_record(headers=[("h", b"v")]), verdict, NOW_NS)
        document = json.loads(written.value or b"") | members
        value = json.dumps({name: member for name, member in document.items() if member is not ...}).encode()
        return invalid_record(value if members else written.value, written.key, tuple(written.headers))

    return make


def invalid_record(value: bytes | None, key: bytes | None = b"k", headers: Headers = ()) -> RawRecord:
    return RawRecord("traces.invalid", 3, 7, 1_700_000_000_200, key, value, headers)


@pytest.fixture
def classify() -> Callable[[RawRecord], Classified]:
    return Classifier(BUNDLE)
