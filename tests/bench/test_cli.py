"""``assay bench`` on the screen and in scripts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import pytest
from click.testing import CliRunner, Result

from assay.agents.bench import peers
from assay.agents.bench.lane_bench import LanePlan
from assay.agents.bench.results import Results
from assay.agents.cli import bench as module
from assay.agents.settings import Settings

Bench = Callable[..., Result]


@pytest.fixture
def plans() -> list[LanePlan]:
    """What was asked to be measured."""
    return []


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, plans: list[LanePlan], good_results: Results) -> Bench:
    """The command, on results that are given instead of measured."""

    @contextmanager
    def no_broker(settings: Settings, _report: object) -> Iterator[Settings]:
        yield settings

    def run(*arguments: str, results: Results = good_results) -> Result:
        def found(_settings: Settings, plan: LanePlan, _report: object) -> Results:
            plans.append(plan)
            return results

        monkeypatch.setattr(module, "broker", no_broker)
        monkeypatch.setattr(module, "bench_lane", found)
        # The command sends logs to standard error, which ends with this call of it.
        monkeypatch.setattr(module, "set_up_logging", lambda _level: None)
        return CliRunner(catch_exceptions=False).invoke(module.bench, list(arguments))

    return run


def test_it_exits_with_0_when_every_goal_is_met(bench: Bench) -> None:
    result = bench("lane")

    assert result.exit_code == 0
    assert "not met" not in result.stdout


def test_it_exits_with_1_when_a_goal_is_missed_and_says_which(
    bench: Bench, new_results: Callable[..., Results]
) -> None:
    slow = new_results(lane=(10_000, 10_000), mirror=(100_000, 10_000))

    result = bench("lane", results=slow)

    assert result.exit_code == 1
    missed = [line for line in result.stdout.splitlines() if "not met" in line]
    assert len(missed) == 1
    assert "CPU: share of the bare loop" in missed[0]
    assert "0.33" in missed[0]
    assert "0.1" in missed[0]


def test_peers_that_were_not_measured_do_not_fail_it(
    bench: Bench, new_results: Callable[..., Results]
) -> None:
    result = bench("lane", results=new_results(lane=(10_000, 10_000)))

    assert result.exit_code == 0
    assert "not measured" in result.stdout


def test_json_is_all_that_is_printed(bench: Bench, good_results: Results) -> None:
    result = bench("lane", "--json")

    assert json.loads(result.stdout) == good_results.document()


def test_json_still_exits_with_1_when_a_goal_is_missed(
    bench: Bench, new_results: Callable[..., Results]
) -> None:
    result = bench("lane", "--json", results=new_results(500.0, lane=(1.0, 1.0)))

    assert result.exit_code == 1


@pytest.mark.parametrize(("pii_status", "lane_results"), [(0, "good"), (1, "good"), (0, "slow")])
def test_without_a_name_all_benchmarks_run(
    bench: Bench,
    plans: list[LanePlan],
    monkeypatch: pytest.MonkeyPatch,
    good_results: Results,
    new_results: Callable[..., Results],
    pii_status: int,
    lane_results: str,
) -> None:
    """One that misses a goal does not keep the other from running, and is not forgotten."""
    ran: list[str] = []

    def stand_in(name: str, status: int) -> click.Command:
        @click.command(name)
        @click.pass_context
        def command(context: click.Context) -> None:
            ran.append(name)
            context.exit(status)

        return command

    for name, status in (
        ("micro", 0),
        ("detect", 0),
        ("loop", 0),
        ("gate", 0),
        ("api", 0),
        ("pii", pii_status),
    ):
        monkeypatch.setattr(module, name, stand_in(name, status))
    slow = new_results(lane=(10_000, 10_000), mirror=(100_000, 10_000))

    result = bench(results=good_results if lane_results == "good" else slow)

    assert result.exit_code == (0 if pii_status == 0 and lane_results == "good" else 1)
    assert ran == ["micro", "gate", "detect", "loop", "api", "pii"]
    there = [name for name, peer in peers.LANE_PEERS.items() if peers.installed(peer)]
    assert plans == [LanePlan(5, 100_000, there, latency=True)]


def test_peers_run_in_the_order_of_the_table_whatever_order_they_are_named_in(
    bench: Bench, plans: list[LanePlan]
) -> None:
    bench("lane", "--peers", "lane, mirror", "--rounds", "2", "--records", "1000", "--skip-latency")

    assert plans == [LanePlan(2, 1000, ["mirror", "lane"], latency=False)]


def test_without_the_lane_there_is_no_load_to_measure_latency_at(bench: Bench, plans: list[LanePlan]) -> None:
    bench("lane", "--peers", "mirror")

    assert not plans[0].latency


@pytest.mark.parametrize("named", ["lane,flink", ""])
def test_an_unknown_peer_is_a_usage_error_that_names_those_that_there_are(bench: Bench, named: str) -> None:
    result = bench("lane", "--peers", named)

    assert result.exit_code == 2
    assert "mirror, overlapped, lane, librdkafka, faust, quix, quix_default, bytewax" in result.stderr


def test_a_peer_that_is_not_installed_is_left_out_and_said_to_be(
    bench: Bench, plans: list[LanePlan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "installed", lambda peer: peer.requires != "quixstreams")

    result = bench("lane")

    assert "quix" not in plans[0].peers
    assert result.stderr == "".join(
        f"{peer} is left out: quixstreams is not installed (pip install 'assay[bench]')\n"
        for peer in ("quix", "quix_default")
    )
