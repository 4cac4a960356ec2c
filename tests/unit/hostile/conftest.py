"""What hostile traces are judged with: the policies that ship, and a bundle of a user's own."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.document import Json
from assay.pipeline.core.record import Headers
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.testing import clean_trace, raw_record

NOW_NS = 1_741_079_705_000_000_000
BINDINGS = b"bindings: [{topic: traces.raw, tenant: null, default_subject: order, subjects: [order]}]"
SUBJECT = b"subject: order\ncurrent: 1.0.0\n"

JudgeBytes = Callable[..., Verdict]


@pytest.fixture(scope="session")
def judge() -> JudgeBytes:
    """The verdict of the shipped policies on a value."""
    judge = Judge(load_bundle(read_policy_files(None, None)))

    def verdict(value: bytes | None, headers: Headers = ()) -> Verdict:
        return judge(raw_record(value, headers=headers), NOW_NS)

    return verdict


@pytest.fixture
def users_bundle() -> Callable[..., Bundle]:
    """A bundle with one schema that a user wrote. Raises what loading it raises."""

    def load(schema: Json, **more: bytes) -> Bundle:
        files = {
            "schemas/order/subject.yaml": SUBJECT,
            "schemas/order/1.0.0.json": json.dumps(schema).encode(),
            "policies/bindings.yaml": BINDINGS,
        }
        return load_bundle(files | more)

    return load


@pytest.fixture
def good() -> bytes:
    """A trace with nothing wrong, as compact text."""
    return json.dumps(clean_trace(), separators=(",", ":")).encode()


@pytest.fixture
def with_member(good: bytes) -> Callable[[bytes], bytes]:
    """The good trace with one more member among its inputs, as raw text: nobody has parsed it."""

    def build(member: bytes) -> bytes:
        place = b'"inputs":{'
        assert good.count(place) == 1
        return good.replace(place, place + member + b",")

    return build


@pytest.fixture
def changed() -> Callable[..., bytes]:
    """The good trace with other values, or more members, at the top."""

    def build(**members: Any) -> bytes:
        return json.dumps(clean_trace() | members).encode()

    return build
