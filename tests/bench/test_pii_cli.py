"""``assay bench pii`` on the screen and in scripts."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from assay.agents.bench.pii_bench import PiiPlan, PiiResults
from assay.agents.bench.pii_tables import AGENT_RUNS, PII_GOALS, mb_per_second, pii_series
from assay.agents.bench.results import Results
from assay.agents.bench.series import Series
from assay.agents.cli import bench_pii as module
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.generate.corpus import ROWS, Count, Half, Misjudged, Mistake, case

PiiBench = Callable[..., Result]


def results(count: Count, mb: float = 50.0) -> PiiResults:
    series: dict[str, Series] = {}
    for half in Half:
        series |= pii_series(half, dict.fromkeys(ROWS, count))
        series[mb_per_second(half)] = Series("MB/cpu_s", (mb,))
    series[AGENT_RUNS] = Series("MB/cpu_s", (mb,))
    machine = {"cpus": 2, "python": "3.11.7", "platform": "Linux", "agent_runs": "made up"}
    mistakes = [Misjudged(case(Half.TUNING, 0), IssueCode.SECURITY_PII_CARD, Mistake.MISSED)]
    return PiiResults(Results("pii", 1, machine, series, (), PII_GOALS), mistakes)


@pytest.fixture
def plans() -> list[PiiPlan]:
    """What was asked to be measured."""
    return []


@pytest.fixture
def bench_pii(monkeypatch: pytest.MonkeyPatch, plans: list[PiiPlan]) -> PiiBench:
    """The command, on results that are given instead of measured, in a folder without real runs beside it."""

    def run(*arguments: str, found: PiiResults | None = None) -> Result:
        def measure(_bundle: object, _detector: object, plan: PiiPlan, _report: object) -> PiiResults:
            plans.append(plan)
            return found or results(Count(right=99, invented=1, missed=1, placed=99))

        monkeypatch.setattr(module, "bench_pii", measure)
        monkeypatch.setattr(module, "security_detector", lambda _bundle: None)
        runner = CliRunner(catch_exceptions=False)
        with runner.isolated_filesystem():
            return runner.invoke(module.pii, list(arguments))

    return run


def test_it_exits_with_0_when_every_goal_is_met(bench_pii: PiiBench) -> None:
    result = bench_pii()

    assert result.exit_code == 0
    assert "not met" not in result.stdout
    assert "passport" in result.stdout


@pytest.mark.parametrize(
    ("count", "mb", "goal"),
    [
        (Count(right=99, invented=1, missed=2), 50.0, "email: recall"),
        (Count(right=96, invented=4, missed=1), 50.0, "card: precision"),
        (Count(right=89, missed=11), 50.0, "secrets: recall"),
        (Count(right=99), 19.9, "agent runs: MB per CPU second"),
    ],
)
def test_it_exits_with_1_when_a_goal_is_missed_and_says_which(
    bench_pii: PiiBench, count: Count, mb: float, goal: str
) -> None:
    result = bench_pii(found=results(count, mb))

    assert result.exit_code == 1
    assert any(line.startswith(goal) and "not met" in line for line in result.stdout.splitlines())


def test_json_is_all_that_is_printed(bench_pii: PiiBench) -> None:
    result = bench_pii("--json")

    assert json.loads(result.stdout) == results(Count(99, 1, 1, 99)).results.document()


def test_json_still_exits_with_1_when_a_goal_is_missed(bench_pii: PiiBench) -> None:
    assert bench_pii("--json", found=results(Count(missed=1))).exit_code == 1


def test_the_detectors_author_sees_the_mistakes_of_the_tuning_half(bench_pii: PiiBench) -> None:
    shown = bench_pii("--show", "tuning")

    assert "missed security.pii_card positive tuning/0" in shown.stdout
    assert "missed security.pii_card" not in bench_pii().stdout


def test_json_has_the_mistakes_when_they_are_asked_for(bench_pii: PiiBench) -> None:
    document = json.loads(bench_pii("--json", "--show", "tuning").stdout)

    (mistake,) = document["mistakes"]
    assert list(mistake) == ["case", "kind", "mistake", "code", "tags", "document"]


def test_the_measuring_half_cannot_be_shown(bench_pii: PiiBench) -> None:
    assert bench_pii("--show", "measuring").exit_code == 2


def test_the_plan_is_what_was_asked_for(bench_pii: PiiBench, plans: list[PiiPlan]) -> None:
    bench_pii("--cases", "440", "--rounds", "2", "--seed", "9")

    assert plans == [PiiPlan(rounds=2, cases=440, seed=9, runs=None)]
