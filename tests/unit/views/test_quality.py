"""Quality of the last five minutes, and who is above a limit (S0-67 … S0-80, D-14)."""

import asyncio

import pytest

from assay.agents.stores.view_store import ViewUnavailableError
from assay.agents.views.monitor import Looked, QualityMonitor
from assay.pipeline.policy.quality_rules import QualityMetric, QualityThresholds
from assay.pipeline.testing import FakeClock
from assay.pipeline.views.buckets import counter
from assay.pipeline.views.comparison import differences
from assay.pipeline.views.delta import Add, Put
from assay.pipeline.views.image import Image
from assay.pipeline.views.limits import over_limits
from assay.pipeline.views.quality import breaches, quality, window
from assay.pipeline.views.top_tenants import top_tenants

COUNTS = {
    counter("records", "detector", "acme", "valid", "passed"): 90,
    counter("records", "detector", "acme", "invalid", "blocking_issues"): 6,
    counter("records", "detector", "other", "dead_lettered", "worker_crash"): 4,
    counter("records", "classifier", "acme", "classified", "no_rule_applies"): 6,
    counter("issues", "detector", "acme", "schema.required_missing", "critical"): 5,
    counter("issues", "detector", "acme", "corrupt.empty", "critical"): 1,
    counter("issues", "detector", "acme", "security.pii_card", "critical"): 2,
    counter("issues", "detector", "acme", "performance.slow", "medium"): 7,
    counter("issues", "detector", "acme", "unknown.code", "critical"): 1,
    counter("unreadable"): 3,
}


def test_every_trace_counts_once_however_many_lanes_saw_it() -> None:
    """S0-75 … S0-79, D-14."""
    assert quality([COUNTS]) == {
        QualityMetric.TOTAL_TRACES_PROCESSED: 100,
        QualityMetric.INVALID_TRACE_RATE: 0.10,
        QualityMetric.CRITICAL_ISSUE_RATE: 0.09,
        QualityMetric.SCHEMA_VIOLATION_RATE: 0.06,
        QualityMetric.SECURITY_VIOLATION_RATE: 0.02,
    }


def test_minutes_are_added_up_and_a_tenant_sees_its_own() -> None:
    assert quality([COUNTS, COUNTS])[QualityMetric.TOTAL_TRACES_PROCESSED] == 200
    assert quality([COUNTS], tenant="other") == {
        QualityMetric.TOTAL_TRACES_PROCESSED: 4,
        QualityMetric.INVALID_TRACE_RATE: 1,
        QualityMetric.CRITICAL_ISSUE_RATE: 0,
        QualityMetric.SCHEMA_VIOLATION_RATE: 0,
        QualityMetric.SECURITY_VIOLATION_RATE: 0,
    }


def test_an_empty_window_gives_no_metrics() -> None:
    """S0-80."""
    assert quality([]) == {}
    assert quality([{counter("unreadable"): 1}]) == {}
    assert breaches({}, QualityThresholds()) == []


def test_the_window_is_five_minutes() -> None:
    """S0-68."""
    assert window(600 + 59) == ["m:600", "m:540", "m:480", "m:420", "m:360"]


def test_a_metric_above_its_threshold_is_a_breach_and_one_at_it_is_not() -> None:
    """S0-73."""
    most = {QualityMetric.INVALID_TRACE_RATE: 0.10, QualityMetric.SECURITY_VIOLATION_RATE: 0.01}
    found = breaches(quality([COUNTS]), QualityThresholds(most))
    assert [(each.metric, each.value) for each in found] == [(QualityMetric.SECURITY_VIOLATION_RATE, 0.02)]
    assert breaches(quality([COUNTS]), QualityThresholds(most, least_traces=101)) == []


def test_the_tenants_with_most_failing_traces_come_first() -> None:
    assert [tuple(each) for each in top_tenants([COUNTS, COUNTS], 5)] == [("acme", 192, 12), ("other", 8, 8)]
    assert len(top_tenants([COUNTS], 1)) == 1


def test_a_tenant_above_a_limit_is_found() -> None:
    sums = {"records=a": 11, "bytes=a": 5, "records=b=c": 10, "bytes=b=c": 500, "else=a": 99}
    found = over_limits(sums, most_records=10, most_bytes=100)
    assert [(each.tenant, each.what) for each in found] == [("b=c", "bytes"), ("a", "records")]


def image(*deltas: Add | Put) -> Image:
    made = Image()
    made.take(deltas)
    return made


def put(name: str, score: int = 5, value: str = "{}", index: str = "x") -> Put:
    return Put("c", name, score, ["all", index], {}, value)


@pytest.mark.parametrize(
    ("topics", "view", "where"),
    [
        (image(Add("m:0", 10, {"n": 1})), image(Add("m:0", 10, {"n": 2})), "m:0 n"),
        (image(Add("m:0", 10, {"n": 1})), image(), "m:0 n"),
        (image(), image(Add("m:0", 10, {"n": 1})), "m:0 n"),
        (image(put("a")), image(), "c a"),
        (image(), image(put("a")), "c a"),
        (image(put("a")), image(put("a", value="[]")), "c a"),
        (image(put("a")), image(put("a", score=6)), "c a"),
        (image(put("a")), image(put("a", index="y")), "c a"),
    ],
)
def test_whatever_differs_is_named(topics: Image, view: Image, where: str) -> None:
    assert [each.where for each in differences(topics, view, now_s=0)] == [where]


def test_what_either_side_may_have_forgotten_is_no_difference() -> None:
    old = image(Add("m:0", 10, {"n": 1}), put("a", score=5))
    assert list(differences(old, image(), now_s=10, oldest_ms=6)) == []
    assert list(differences(image(), old, now_s=10, oldest_ms=6)) == []


class Reader:
    """A view's reader that fails first."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    async def buckets(self, _names: object) -> list[dict[str, int]]:
        return self._next()  # type: ignore[return-value]  # as the test says

    async def sums(self, _collection: object) -> dict[str, int]:
        return {"records=a": 11}

    async def close(self) -> None:
        """Nothing."""

    def _next(self) -> object:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_look_that_fails_is_logged_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """S0-70, S0-71 … S0-74."""
    pauses: list[float] = []
    seen: list[Looked] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            raise InterruptedError

    monkeypatch.setattr(asyncio, "sleep", pause)
    reader = Reader(ViewUnavailableError("switched off"), [COUNTS])
    made = QualityMonitor(
        reader,  # type: ignore[arg-type]  # what it reads with
        reader,  # type: ignore[arg-type]  # as above
        FakeClock(),
        seen.append,
        most_records=10,
        most_bytes=10,
    )
    with pytest.raises(InterruptedError):
        await made.run()
    assert pauses == [60, 60]
    assert "Error in trace quality monitoring: switched off" in caplog.text
    (looked,) = seen
    assert looked.metrics[QualityMetric.TOTAL_TRACES_PROCESSED] == 100
    assert [each.metric for each in looked.breaches] == [
        QualityMetric.CRITICAL_ISSUE_RATE,
        QualityMetric.SECURITY_VIOLATION_RATE,
    ]
    assert [each.tenant for each in looked.over_limits] == ["a"]
