"""``assay bench api``: what it fills, what it asks, and what it wants (issue 6, must show)."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from click.testing import CliRunner, Result

from assay.agents.bench import api_bench
from assay.agents.bench.api_bench import ApiPlan
from assay.agents.bench.api_records import Filling, fingerprint, view_records
from assay.agents.bench.api_tables import API_GOALS, READ, VIEWS, WORST
from assay.agents.bench.results import Reached, Results
from assay.agents.bench.series import Series
from assay.agents.cli import bench as module
from assay.agents.devstack import Stack
from assay.agents.settings import Settings
from assay.agents.views.specs import VIEWS as SPECS
from assay.pipeline.views import Image

MACHINE = {"cpus": 2, "python": "3.11.7", "kafka": "4.2.1", "platform": "Linux"}
NOW_MS = 1_767_323_045_000


def results(worst_ms: float = 90.0, **reads: float) -> Results:
    rates = {f"{name}_per_core_second": Series("reads/cpu_s", (reads.get(name, 700.0),)) for name in READ}
    return Results("api", 1, MACHINE, {WORST: Series("ms", (worst_ms,)), **rates}, (), API_GOALS)


def test_good_figures_meet_every_goal() -> None:
    assert {results().reached(goal) for goal in API_GOALS} == {Reached.MET}


@pytest.mark.parametrize("missed", [{"worst_ms": 201.0}, *({name: 499.0} for name in READ)])
def test_each_goal_can_be_missed(missed: dict[str, float]) -> None:
    found = results(**missed)
    assert [found.reached(goal) for goal in API_GOALS].count(Reached.MISSED) == 1


def test_every_view_that_is_filled_holds_what_was_asked_for() -> None:
    """By the folds of the agents that keep the views."""
    images: dict[str, Image] = {}
    for name, records in view_records(Filling(groups=40, traces=120), NOW_MS).items():
        images[name] = Image()
        images[name].take(SPECS[name].fold([*records]))
    assert len(images["groups"].documents["groups"]) == 40
    assert fingerprint(0) in images["groups"].documents["groups"]
    assert len(images["quarantine"].documents["traces"]) == 120
    assert len(images["tasks"].documents["tasks"]) == 4
    assert len(images["criticals"].documents["issues"]) == 1000
    assert sum(name.startswith("m:") for name in images["counters"].counters) >= 180


@pytest.fixture
def plans() -> list[ApiPlan]:
    """What was asked to be measured."""
    return []


@pytest.fixture
def bench_api(monkeypatch: pytest.MonkeyPatch, plans: list[ApiPlan]) -> Callable[..., Result]:
    """The command, on results that are given instead of measured."""

    @contextmanager
    def no_broker(settings: Settings, _report: object) -> Iterator[Settings]:
        yield settings

    def run(found: Results, *arguments: str) -> Result:
        def measured(_settings: Settings, plan: ApiPlan, _report: object) -> Results:
            plans.append(plan)
            return found

        monkeypatch.setattr(module, "broker", no_broker)
        monkeypatch.setattr(module, "bench_api", measured)
        monkeypatch.setattr(module, "set_up_logging", lambda _level: None)
        return CliRunner(catch_exceptions=False).invoke(module.bench, ["api", *arguments])

    return run


def test_it_measures_100_000_groups_and_1_000_000_traces_unless_told_otherwise(
    bench_api: Callable[..., Result], plans: list[ApiPlan]
) -> None:
    result = bench_api(results(), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == results().document()
    bench_api(results(), "--rounds", "1", "--groups", "10", "--traces", "20")
    assert plans == [ApiPlan(3, Filling(100_000, 1_000_000)), ApiPlan(1, Filling(10, 20))]


def test_it_exits_with_1_when_a_goal_is_missed_and_says_which(bench_api: Callable[..., Result]) -> None:
    result = bench_api(results(worst_ms=250.0))
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "not met" in line]
    assert "slowest answer" in line


@pytest.mark.broker
@pytest.mark.long
def test_a_server_is_measured_on_full_views_and_nothing_is_left(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", stack.bootstrap_servers)
    monkeypatch.setenv("ASSAY_REDIS_URL", stack.redis_url)
    env = f"t{secrets.token_hex(4)}"
    monkeypatch.setenv("ASSAY_ENV", env)
    monkeypatch.setattr(api_bench, "ASKED", 2)
    monkeypatch.setattr(api_bench, "READS", 50)
    arguments = ["api", "--rounds", "1", "--groups", "300", "--traces", "700", "--json"]
    result = CliRunner(catch_exceptions=False).invoke(module.bench, arguments)
    document = json.loads(result.stdout)
    figures = document["figures"]
    for view in VIEWS:
        assert 0 < figures[f"{view}_p50_ms"]["median"] <= figures[f"{view}_worst_ms"]["median"]
    assert figures[WORST]["median"] == max(figures[f"{view}_worst_ms"]["median"] for view in VIEWS)
    assert all(figures[f"{name}_per_core_second"]["median"] > 0 for name in READ)
    assert figures["rss_mb"]["median"] > 10
    assert (document["machine"]["groups"], document["machine"]["traces"]) == (300, 700)
    with redis.Redis.from_url(stack.redis_url) as client:
        assert not [*client.scan_iter(match=f"*{env}*:view:*", count=1000)]
