"""Every fault is found by the code that judges the live traffic, under its own name."""

import copy
import random
from collections.abc import Callable

import orjson
import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.flow import Judge
from assay.pipeline.generate import DEFAULT_MIX, FAULTS, TraceMaker, generate
from assay.pipeline.generate.corrupt_faults import TOO_LARGE_BYTES
from assay.pipeline.policy.classification import Enforcement
from assay.pipeline.policy.parse import load_bundle

HEAVY = IssueCode.CORRUPT_TOO_LARGE
NOW_NS = 1_790_000_000_123_456_789
"""As in conftest.py: traces end shortly before it."""
Judging = Callable[[bytes | None], Verdict]


@pytest.fixture(scope="module")
def judged(request: pytest.FixtureRequest) -> Judging:
    judge = Judge(load_bundle(read_policy_files(None, None)))
    return lambda value: judge(RawRecord("traces.raw", 0, 0, NOW_NS // 1_000_000, None, value), NOW_NS)


def test_clean_traces_have_no_issues(judged: Judging, now_ns: int) -> None:
    for item in generate(11, 400, tenants=5, fault_share=0, now_ns=now_ns):
        assert judged(item.value).issues == ()


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_under_its_code(
    code: IssueCode, judged: Judging, maker: TraceMaker, now_ns: int
) -> None:
    """S0-7, S0-8, S0-13, S0-14, S0-25, S0-26: each way of each fault, many times, is exactly this issue."""
    rng = random.Random(3)
    for _ in range(5 if code is HEAVY else 150):
        verdict = judged(FAULTS[code].mutate(maker.make(), rng))
        assert {issue.code for issue in verdict.issues} == {code}
        assert verdict.blocking is FAULTS[code].blocking


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_leaves_the_clean_trace_as_it_was(code: IssueCode, maker: TraceMaker) -> None:
    rng = random.Random(4)
    for _ in range(3 if code is HEAVY else 30):
        trace = maker.make()
        before = copy.deepcopy(trace)
        assert FAULTS[code].mutate(trace, rng) != orjson.dumps(trace)
        assert trace == before


def test_there_is_a_fault_for_every_code_that_a_trace_can_cause() -> None:
    assert set(FAULTS) >= {
        code for code in IssueCode if code.family in {"corrupt", "schema", "performance", "time"}
    }


def test_what_blocks_is_what_the_shipped_policy_blocks() -> None:
    assert {code: fault.blocking for code, fault in FAULTS.items()} == {
        code: Enforcement().blocks(code) for code in FAULTS
    }


def test_too_large_is_above_the_shipped_limit_and_fits_the_raw_topic(maker: TraceMaker) -> None:
    limits = load_bundle(read_policy_files(None, None)).limits
    value = FAULTS[HEAVY].mutate(maker.make(), random.Random(1))
    assert value is not None
    assert limits.max_value_bytes < len(value) < TOO_LARGE_BYTES + 1_000
    assert len(value) + 10_000 < 1_048_576


def test_too_large_is_rare_unless_asked_for() -> None:
    assert DEFAULT_MIX[HEAVY] / sum(DEFAULT_MIX.values()) < 1 / 1_500


def test_malformed_text_is_still_text() -> None:
    """A cut inside a character would be a fault of encoding, and the ground truth a lie."""
    rng = random.Random(6)
    for _ in range(300):
        value = FAULTS[IssueCode.CORRUPT_JSON_MALFORMED].mutate({"text": "東京" * 50}, rng)
        assert value is not None
        value.decode()
