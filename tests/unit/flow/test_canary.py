"""No secret leaves: planted everywhere a trace can hold one, and looked for in everything that is written (promise 4)."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest

from assay.pipeline.core.issue import Finding
from assay.pipeline.core.record import RawRecord, Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect import build_detectors
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle

from .conftest import InMemory

CANARY = "kanarie vogel <7291 geheim vijf>"
PLAIN = CANARY.encode()
HEADERS: list[tuple[str, bytes | None]] = [
    (CANARY, b"1"),
    ("user", PLAIN),
    ("traceparent", PLAIN),
    ("assay-tenant", PLAIN),
    (f"assay-{CANARY}", PLAIN),
]


def places(document: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member and element."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inner:
        yield (*above, key)
        if isinstance(value, dict | list):
            yield from places(value, (*above, key))


def planted(document: dict[str, Any]) -> Iterator[bytes]:
    """The trace with the canary in one place, in each way it can stand there."""
    for place in places(document):
        for value in (CANARY, [CANARY], {CANARY: CANARY}, {"name": {CANARY: 1}}):
            yield with_value(document, place, value)
        if isinstance(place[-1], str):
            yield renamed(document, place)


def with_value(document: dict[str, Any], place: tuple[Any, ...], value: Any) -> bytes:
    changed = json.loads(json.dumps(document))
    here = changed
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    return orjson.dumps(changed)


def renamed(document: dict[str, Any], place: tuple[Any, ...]) -> bytes:
    changed = json.loads(json.dumps(document))
    here = changed
    for key in place[:-1]:
        here = here[key]
    here[CANARY] = here.pop(place[-1])
    return orjson.dumps(changed)


def unreadable() -> Iterator[bytes | None]:
    """One for each way not to be readable, with the canary where the decoder gives up."""
    quoted = orjson.dumps(CANARY)
    yield None
    yield b"{" + quoted
    yield b"{" + quoted + b":" + quoted + b"," + quoted + b":1}"
    yield b"{" + quoted + b":" + quoted[:-1] + b"\xe9" + b'"}'
    yield b"\xef\xbb\xbf" + quoted
    yield b"{" + quoted + b":" + b"[" * 70 + quoted + b"]" * 70 + b"}"
    yield b"{" + quoted + b":1e400}"
    yield b"{" + quoted + b":123456789012345678901234567890}"
    yield quoted + b" " * 1_000_001
    yield b"\x00\x00\x00\x03\xe9" + PLAIN
    yield b"\x00\x00\x00\xff\xff" + PLAIN
    yield PLAIN


class Quotes:
    """A detector with a bug: its error quotes the trace."""

    name = "quotes"

    def detect(self, trace: Trace) -> Sequence[Finding]:
        if isinstance(trace.document, dict) and "quote me" in trace.document:
            raise ValueError(trace.document)
        return ()


def forms() -> Iterator[bytes]:
    """Plain, as JSON escapes it, in hex, and in base64 at each of the three ways that bytes can fall."""
    yield PLAIN
    yield orjson.dumps(CANARY)[1:-1]
    yield json.dumps(CANARY).encode()[1:-1].replace(b"<", b"\\u003c")
    yield PLAIN.hex().encode()
    for before in range(3):
        yield b64encode(b"\0" * before + PLAIN)[4 if before else 0 : -4]


def assert_silent(text: bytes, where: str) -> None:
    for form in forms():
        assert form not in text, where  # pytest would print the text otherwise


def parts(record: Record) -> bytes:
    headers = (name.encode() + b"=" + (value or b"") for name, value in record.headers)
    return b"\n".join([record.key or b"", record.value or b"", *headers])


@pytest.fixture
async def told(memory: InMemory, good: dict[str, Any], shipped: Bundle) -> InMemory:
    """All of it judged, one killer and one that a detector chokes on among them."""
    memory.step._court._judge = Judge(shipped, [Quotes(), *build_detectors(shipped)])
    for value in (*planted(good), *unreadable(), orjson.dumps(good | {"quote me": CANARY})):
        memory.put(value, key=PLAIN, headers=HEADERS)
    memory.put(orjson.dumps(good), key=PLAIN, headers=[("assay-subject", PLAIN)])
    memory.put(orjson.dumps(good), key=PLAIN * 2000, headers=HEADERS)
    memory.put(b"killer" + PLAIN, key=PLAIN, headers=HEADERS)
    await memory.run(lambda record: (record.value or b"").startswith(b"killer"))
    return memory


def test_there_are_failing_traces_of_all_kinds_to_look_at(told: InMemory) -> None:
    """Or the tests below would look at nothing."""
    codes = {
        issue["code"]
        for record in told.written(TopicRole.INVALID)
        for issue in json.loads(record.value or b"")["issues"]
    }
    assert codes >= {
        "corrupt.empty",
        "corrupt.too_large",
        "corrupt.encoding",
        "corrupt.json_malformed",
        "corrupt.duplicate_key",
        "corrupt.depth",
        "corrupt.number_range",
        "corrupt.avro",
        "schema.subject_unknown",
        "schema.version_unknown",
        "schema.required_missing",
        "schema.type_invalid",
        "detector.failed",
    }
    assert len(told.written(TopicRole.INVALID)) > 100
    assert len(told.written(TopicRole.DEAD_LETTER)) == 1


@pytest.mark.parametrize("role", [TopicRole.INVALID, TopicRole.DEAD_LETTER, TopicRole.TALLIES])
def test_no_derived_record_holds_the_canary(told: InMemory, role: TopicRole) -> None:
    """In key, value, header names and header values."""
    assert told.written(role)
    for record in told.written(role):
        assert_silent(parts(record), f"{role} {record.partition}/{record.offset}")


def test_what_passes_has_it_where_the_producer_put_it_and_nowhere_else(told: InMemory) -> None:
    """The headers that are ours say nothing of the trace but its codes."""
    passed = told.written(TopicRole.VALID)
    assert passed
    for record in passed:
        ours = [pair for pair in record.headers if pair[0].startswith("assay-")]
        assert_silent(parts(RawRecord("t", 0, 0, 0, None, None, ours)), f"valid {record.offset}")


def test_no_log_line_holds_the_canary(told: InMemory) -> None:
    assert "dead-lettered unread" in told.said(), "logs are looked at"
    assert_silent(told.said().encode(), "the log")


def test_no_metric_holds_the_canary(told: InMemory) -> None:
    assert "traces_processed_total" in told.metrics()
    assert_silent(told.metrics().encode(), "the metrics")


def test_the_search_finds_a_canary_that_is_there() -> None:
    """A test that cannot fail proves nothing."""
    for form in forms():
        with pytest.raises(AssertionError):
            assert_silent(b"xx" + form + b"xx", "here")
