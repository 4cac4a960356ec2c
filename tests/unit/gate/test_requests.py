"""What ``POST /api/v1/gate/validate`` answers: each trace is judged byte for byte as it came (S0-162)."""

import json
from typing import Any

import pytest

from assay.agents.http.gate import LINES, MOST_TRACES, HttpGate
from assay.agents.http.problems import HttpProblem
from assay.pipeline.gate import Detail, GateMode
from assay.pipeline.policy.bundle import Bundle

from .conftest import NOW_NS


@pytest.fixture(scope="module")
def http(bundle: Bundle) -> HttpGate:
    return HttpGate(bundle)


def many(*traces: bytes) -> bytes:
    return b'{"traces": [' + b" ,\n".join(traces) + b"] }\n"


def codes(document: Any) -> list[str]:
    return [issue["code"] for issue in document["blocking"]]


def test_one_trace(http: HttpGate, good: dict[str, Any]) -> None:
    answer = http.validate(json.dumps(good).encode(), NOW_NS)

    assert (answer["decision"], answer["passed"], answer["subject"]) == ("passed", True, "workflow_trace")


def test_many_traces_in_their_order(http: HttpGate, good: dict[str, Any]) -> None:
    bad = {**good, "inputs": {"note": "jane.doe@example.org"}}

    answer: Any = http.validate(many(json.dumps(good).encode(), json.dumps(bad).encode()), NOW_NS)

    assert [item["passed"] for item in answer["items"]] == [True, False]
    assert answer["decisions"] == {"passed": 1, "refused": 1}
    assert answer["passed"] is False
    assert "jane.doe" not in json.dumps(answer)


def test_no_traces_are_all_good(http: HttpGate) -> None:
    answer = http.validate(b'{"traces":[]}', NOW_NS)

    assert (answer["passed"], answer["items"]) == (True, [])


@pytest.mark.parametrize(
    ("trace", "code"),
    [
        (b'{"a":1,"a":2}', "corrupt.duplicate_key"),
        (b'{"a":NaN}', "corrupt.json_malformed"),
        (b'{"a":1e999}', "corrupt.number_range"),
        (b'{"a":"\xff"}', "corrupt.encoding"),
        (b'{"a":"\\ud800"}', "corrupt.encoding"),
    ],
)
def test_what_a_reader_would_mend_is_found_among_many(http: HttpGate, trace: bytes, code: str) -> None:
    """Reading the list must not change a byte of what is in it."""
    alone: Any = http.validate(trace, NOW_NS)
    among: Any = http.validate(many(trace, b"{}"), NOW_NS)

    assert codes(alone) == codes(among["items"][0]) == [code]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"traces":[{]}', "traces/0"),
        (b'{"traces":[{},', "traces/1"),
        (b'{"traces":[{} {}]}', "traces/0"),
        (b'{"traces":[{}', "traces/0"),
        (b'{"traces":[{}],"more":1}', "traces"),
        (b'{"traces":[{}]}{}', "traces"),
        (b'{"traces":[' + b"[" * 100_000, "traces/0"),
        (b'{"traces":[' + b"9" * 5_000 + b"]}", "traces/0"),
        (b'{"traces":[' + b",".join([b"1"] * (MOST_TRACES + 1)) + b"]}", "traces"),
    ],
)
def test_a_list_that_cannot_be_taken_apart_is_a_problem(http: HttpGate, body: bytes, key: str) -> None:
    with pytest.raises(HttpProblem) as problem:
        http.validate(body, NOW_NS)

    assert [each.where for each in problem.value.errors] == [key]


def test_a_body_that_is_too_large_is_not_read(http: HttpGate) -> None:
    with pytest.raises(HttpProblem, match="10,485,760"):
        http.validate(b" " * 10_485_761, NOW_NS)


def test_a_trace_a_line(http: HttpGate, good: dict[str, Any]) -> None:
    line = json.dumps(good).encode()

    answer: Any = http.validate(line + b"\r\n\n" + b"{" + b"\n", NOW_NS, media_type=LINES)

    assert [item["passed"] for item in answer["items"]] == [True, False]


def test_mode_subject_and_detail_are_the_callers(http: HttpGate, good: dict[str, Any]) -> None:
    answer = http.validate(
        json.dumps(good).encode(), NOW_NS, mode=GateMode.WARN, subject="agent_run", detail=Detail.CODES
    )

    assert (answer["decision"], answer["passed"]) == ("let_through", True)
    assert "recommendations" not in answer
