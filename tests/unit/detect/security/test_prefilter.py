"""The scan over the raw bytes misses nothing that looking at every leaf would find (S0-9; DESIGN 7)."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.security import SecurityDetector
from assay.pipeline.detect.security.signs import worth_a_look
from assay.pipeline.generate import generate
from assay.pipeline.policy.parse import load_bundle

BUNDLE = load_bundle(read_policy_files(None, None))
NOW_NS = 1_790_000_000_000_000_000


class Looking(SecurityDetector):
    """Looks at every leaf, whatever the scan says: a member that nobody reads is a sign to it."""

    def detect(self, trace: Trace) -> list[Finding]:
        findings: dict[tuple[str, object], Finding] = {}
        self._search(trace, findings)  # type: ignore[arg-type]  # the same dictionary under a wider type
        return [findings[key] for key in sorted(findings, key=repr)]


SCANNING, LOOKING = SecurityDetector(BUNDLE), Looking(BUNDLE)

atoms = st.sampled_from(
    [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "3782 822463 10005",
        "DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "219-09-9999", "219099999", "219 09 9999",
        "alice@example.com", "a@b.de", "+49 30 901820", "212-555-0123", "(212) 555-0123", "020 7946 0958",
        "8.8.4.4", "2a00:1450:4001:82a::200e", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", "K1234567",
        "AKIA" + "QX3ZJ5TYBNW7LMKD", "ghp" + "_" + "A1b2" * 9, "q7Zt0vLk2RfXw9Pb", "Summer2024!",
        "219+09+9999", "06+1274+2213", "+49+30+901820", "00821026897241", "9133 4080", "GB29+NWBK+6016+1331+9268+19",
        "msisdn=", "tel ", "ssnText ", "aws_secret_access_key ", "<SecretAccessKey>", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYq7Zt0vLk2R",
        "NOWC83N99", "Paszport nr ", "section=", "client=", "a@xn--bcher-kva.xn--j1amh", "Bitte prüfen: ", "Счёт ", "F#.?LU.Co5abqm?-",
        "ssn", "SSN: ", "passport no ", "call ", "phone", "password=", "api_key: ", "Bearer ", "tenant=77", "tenant/9/",
        " ", "\n", "\t", ".", "-", "/", "\\", '"', "'", ":", ",", "x", "é", "東", "\u200b", "\u2013", "\u00a0", "4", "%40", "n",
        "{", "}", "[", "]", "<", "+", "=", "\x00", "0.", "\ud7ff", "😀",
    ]
)  # fmt: skip
pieces = st.lists(atoms | st.text(max_size=3), min_size=1, max_size=5).map("".join)
disguises: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [
        lambda text: text,
        lambda text: json.dumps({"a": text}),
        lambda text: json.dumps({text: 1, "password": text}, ensure_ascii=False),
        lambda text: base64.b64encode(text.encode(errors="replace")).decode(),
        lambda text: "".join(f"%{byte:02x}" for byte in text.encode(errors="replace")),
        "\u200d".join,
        lambda text: text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    ]
)
texts = st.builds(lambda text, one, other: one(other(text)), pieces, disguises, disguises)
names = texts | st.sampled_from(
    [
        "ssn",
        "phone",
        "password",
        "apiKey",
        "passport",
        "name",
        "value",
        "tenant_id",
        "version",
        "id",
        "credentials",
    ]
)
leaves = (
    st.none() | st.booleans() | texts
    | st.sampled_from([4111111111111111, 4111111111111111.0, 219099999, 4915112345678, 12345678, 1002, 1e300, 2**70])
    | st.integers(-(2**63), 2**64) | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(document=documents, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
@example(document={"a": "é4111111111111111"}, ascii_only=True, indent=None)
@example(document={"password": "x\ty " + "q7Zt0vLk2RfXw9Pb"}, ascii_only=True, indent=1)
@example(document={"name": "password", "value": "q7Zt0vLk2RfXw9Pb"}, ascii_only=False, indent=1)
@example(document={"a": '{"tenant_id": 7}'}, ascii_only=False, indent=None)
@example(document={"phone": -2000000}, ascii_only=False, indent=None)
@example(document=[4111111111111111.0], ascii_only=False, indent=None)
@example(document=4.111111111111111e15, ascii_only=False, indent=None)
def test_scan_and_look_find_what_looking_alone_finds(
    document: Json, ascii_only: bool, indent: int | None
) -> None:
    """For any JSON, however it is written."""
    whole: Json = {"context": {"tenant_id": 1001}, "inputs": document}
    value = json.dumps(whole, ensure_ascii=ascii_only, indent=indent).encode(errors="replace")
    trace = Trace(json.loads(value), value, "workflow_trace", "1.2.0", "1001", 0, 0)
    assert sorted(map(repr, SCANNING.detect(trace))) == sorted(map(repr, LOOKING.detect(trace)))


@settings(max_examples=60, deadline=None)
@given(document=documents)
def test_what_is_not_json_on_the_wire_is_scanned_all_the_same(document: Json) -> None:
    """Avro writes numbers as varints, and lengths before texts."""
    whole: Json = {"context": {"tenant_id": 1001}, "inputs": document}
    trace = Trace(whole, b"\0\0\0\0\7", "workflow_trace", "1.2.0", "1001", 0, 0)
    assert sorted(map(repr, SCANNING.detect(trace))) == sorted(map(repr, LOOKING.detect(trace)))


@pytest.mark.parametrize("subject", ["workflow_trace", "agent_run", "cloudtrail_event"])
def test_one_mention_of_a_tenant_is_enough_where_the_subject_calls_its_own_differently(subject: str) -> None:
    value = b'{"context":{"tenant_id":7},"recipientAccountId":"7","info":{"tenant_id":8}}'
    if subject != "workflow_trace":
        value = value.replace(b'"context":{"tenant_id":7},', b"")
    version = BUNDLE.subjects[subject].current_version
    trace = Trace(json.loads(value), value, subject, version, "7", 0, 0)
    assert [finding.code.value for finding in SCANNING.detect(trace)] == ["security.tenant_mismatch"]


def test_clean_traces_are_not_looked_at() -> None:
    """What the scan costs is all that a clean trace costs."""
    values = [item.value for item in generate(7, 1000, tenants=20, fault_share=0, now_ns=NOW_NS)]
    looked = sum(worth_a_look(SCANNING._prefilter.signs(value or b"")) for value in values)
    assert looked < 0.02 * len(values)


def test_the_scan_never_runs_out_of_memory_in_silence() -> None:
    """A full automaton would report nothing at all: what each pattern finds alone, all find together."""
    noise = b" ".join(bytes((seed * 31 + place * place) % 256 for place in range(200)) for seed in range(300))
    value = b'{"a":"' + noise + b' 4111111111111111 "}'
    assert worth_a_look(SCANNING._prefilter.signs(value))


def test_policy_widens_the_scan() -> None:
    security = replace(
        BUNDLE.rules.security, secret_names=frozenset({"kennwort"}), tenant_names=frozenset({"mandant"})
    )
    detector = SecurityDetector(replace(BUNDLE, rules=replace(BUNDLE.rules, security=security)))
    for inputs in ({"kennwort": "q7Zt0vLk2RfXw9Pb"}, {"mandant": 8}):
        value = json.dumps({"context": {"tenant_id": 7}, "inputs": inputs}).encode()
        trace = Trace(json.loads(value), value, "workflow_trace", "1.2.0", "7", 0, 0)
        assert len(detector.detect(trace)) == 1
