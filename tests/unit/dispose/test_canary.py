"""No secret leaves: what a failing trace holds is nowhere to be found in what is written for it (promise 4)."""

from base64 import b64encode
from collections.abc import Iterator

import orjson
import pytest

from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue

NOW = 1_700_000_000_000_000_000
CANARY = "kanarie vogel <7291@geheim.example>"
write = FailingWriter(BUNDLE, KeylessSealer(), "assay.dev.detector")


def _planted() -> RawRecord:
    """In the key, the value, a field's name, a header's name and value, and a forged one of ours."""
    document = {"trace_id": CANARY, CANARY: 1, "steps": [{"name": CANARY}], "producer": {"name": CANARY}}
    return a_record(
        orjson.dumps(document),
        key=CANARY.encode(),
        headers=[
            (CANARY, b"1"),
            ("user", CANARY.encode()),
            ("traceparent", CANARY.encode()),
            ("assay-tenant", CANARY.encode()),
        ],
    )


@pytest.mark.parametrize("readable", [True, False])
def test_the_canary_is_in_no_envelope(*, readable: bool) -> None:
    verdict = a_verdict(an_issue(), an_issue(path="/*"), trace_id=CANARY, producer=CANARY, readable=readable)
    _assert_silent(write(_planted(), verdict, NOW))


def test_the_canary_is_in_no_dead_letter() -> None:
    _assert_silent(write.dead_letter(_planted(), 2, NOW))


def test_the_canary_is_in_no_claim_check() -> None:
    small = FailingWriter(BUNDLE, KeylessSealer(), "g", max_bytes=65_536)
    planted = _planted()
    large = a_record(b"x" * 70_000 + (planted.value or b""), key=planted.key, headers=planted.headers)
    _assert_silent(small(large, a_verdict(an_issue(), trace_id=CANARY, producer=CANARY), NOW))


def test_the_search_finds_a_canary_that_is_there() -> None:
    """A test that cannot fail proves nothing."""
    for form in _forms():
        with pytest.raises(AssertionError):
            _assert_silent(write(a_record(), a_verdict(an_issue()), NOW)._replace(key=b"xx" + form + b"xx"))


def _forms() -> Iterator[bytes]:
    """Plain, as JSON escapes it, in hex, and in base64 at each of the three ways that bytes can fall."""
    plain = CANARY.encode()
    yield plain
    yield orjson.dumps(CANARY)[1:-1]
    yield plain.hex().encode()
    for before in range(3):
        encoded = b64encode(b"\0" * before + plain)
        yield encoded[4 if before else 0 : -4]


def _assert_silent(outgoing: Outgoing) -> None:
    written = [outgoing.key or b"", outgoing.value or b""]
    for name, value in outgoing.headers:
        written += [name.encode(), value or b""]
    for form in _forms():
        assert not any(form in part for part in written)
