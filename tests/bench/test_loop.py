"""``assay bench loop``: what it counts, what it times, and what it wants (DESIGN 12)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result

from assay.agents.bench.loop_bench import LoopPlan
from assay.agents.bench.loop_tables import LOOP_GOALS, LOOP_RATIOS
from assay.agents.bench.peers.loop import ended
from assay.agents.bench.read_ends import UNITS
from assay.agents.bench.results import Reached, Results
from assay.agents.bench.run import Run
from assay.agents.bench.series import Series
from assay.agents.bench.throughput import race_series
from assay.agents.cli import bench as module
from assay.agents.devstack import Stack
from assay.agents.settings import Settings
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole

MACHINE = {"cpus": 2, "python": "3.11.7", "kafka": "4.2.1", "platform": "Linux"}
NewRun = Callable[[float, float], Run]


def results(new_run: NewRun, storm: float = 9_000, failing_ms: float = 200.0) -> Results:
    rates = {"clean": 30_000.0, "loop": 28_000.0, "storm": storm}
    series = race_series({name: [new_run(rate, rate)] for name, rate in rates.items()})
    series |= {name: Series(unit, (failing_ms,)) for name, unit in UNITS.items()}
    return Results("loop", 1, MACHINE, series, LOOP_RATIOS, LOOP_GOALS)


def test_a_trace_counts_when_it_has_its_end_and_not_on_its_way() -> None:
    """A failing one goes through three transactions, and is one trace."""
    roles = [
        *(TopicRole.VALID, TopicRole.INVALID, TopicRole.CLASSIFIED),
        *(TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER),
        *(TopicRole.TALLIES, TopicRole.ISSUES, TopicRole.RECEIPTS),
    ]
    assert ended([], [Outgoing(role, 0, b"k", b"v", [], None) for role in roles]) == 4


def test_good_figures_meet_every_goal(new_run: NewRun) -> None:
    found = results(new_run)
    assert {found.reached(goal) for goal in LOOP_GOALS} == {Reached.MET}
    assert found.document()["ratios"]["storm_vs_clean"] == 0.3


@pytest.mark.parametrize(("storm", "failing_ms"), [(7_000, 200.0), (9_000, 301.0)])
def test_each_goal_can_be_missed(new_run: NewRun, storm: float, failing_ms: float) -> None:
    found = results(new_run, storm, failing_ms)
    assert [found.reached(goal) for goal in LOOP_GOALS].count(Reached.MISSED) == 1


@pytest.fixture
def plans() -> list[LoopPlan]:
    """What was asked to be measured."""
    return []


@pytest.fixture
def bench_loop(monkeypatch: pytest.MonkeyPatch, plans: list[LoopPlan]) -> Callable[..., Result]:
    """The command, on results that are given instead of measured."""

    @contextmanager
    def no_broker(settings: Settings, _report: object) -> Iterator[Settings]:
        yield settings

    def run(found: Results, *arguments: str) -> Result:
        def measured(_settings: Settings, plan: LoopPlan, _report: object) -> Results:
            plans.append(plan)
            return found

        monkeypatch.setattr(module, "broker", no_broker)
        monkeypatch.setattr(module, "bench_loop", measured)
        monkeypatch.setattr(module, "set_up_logging", lambda _level: None)
        return CliRunner(catch_exceptions=False).invoke(module.bench, ["loop", *arguments])

    return run


def test_it_answers_as_the_other_benchmarks_do(
    bench_loop: Callable[..., Result], new_run: NewRun, plans: list[LoopPlan]
) -> None:
    found = results(new_run)
    result = bench_loop(found, "--json", "--rounds", "1", "--records", "2000", "--skip-latency")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == found.document()
    assert plans == [LoopPlan(1, 2000, latency=False)]


def test_it_exits_with_1_when_a_goal_is_missed_and_says_which(
    bench_loop: Callable[..., Result], new_run: NewRun
) -> None:
    result = bench_loop(results(new_run, storm=5_000))
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "not met" in line]
    assert "all traces faulty" in line


@pytest.mark.broker
@pytest.mark.long
def test_the_loop_is_measured_on_kafka(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-126: every trace of a storm has its end, or the run would not."""
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", stack.bootstrap_servers)
    monkeypatch.setenv("ASSAY_REDIS_URL", stack.redis_url)
    monkeypatch.setattr("assay.agents.bench.latency.SECONDS", 2.0)
    monkeypatch.setattr("assay.agents.bench.latency.WARM_UP_S", 0.5)
    arguments = ["loop", "--rounds", "1", "--records", "1000", "--json"]
    figures = json.loads(CliRunner(catch_exceptions=False).invoke(module.bench, arguments).stdout)["figures"]
    for name in ("clean", "loop", "storm"):
        assert figures[f"{name}_per_core_second"]["median"] > 0
    for way in ("passing", "failing"):
        assert 0 < figures[f"{way}_p50_ms"]["median"] <= figures[f"{way}_p99_ms"]["median"]
