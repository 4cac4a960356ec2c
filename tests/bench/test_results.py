"""What a benchmark says of its figures."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from assay.agents.bench.detect_bench import WEATHER
from assay.agents.bench.detect_tables import DETECT_GOALS, DETECT_RATIOS
from assay.agents.bench.lane_tables import LANE_GOALS, LANE_RATIOS
from assay.agents.bench.loop_bench import WEATHER as LOOP_WEATHER
from assay.agents.bench.loop_tables import LOOP_GOALS, LOOP_RATIOS
from assay.agents.bench.peers import DETECT_PEERS, LANE_PEERS
from assay.agents.bench.read_ends import UNITS
from assay.agents.bench.results import Bound, Goal, Ratio, Reached, Results
from assay.agents.bench.run import Run
from assay.agents.bench.series import Series
from assay.agents.bench.throughput import race_series


def test_the_document_has_these_keys_and_no_others(good_results: Results) -> None:
    document = json.loads(json.dumps(good_results.document()))

    assert list(document) == ["bench", "rounds", "machine", "figures", "ratios"]
    assert document["bench"] == "lane"
    assert document["rounds"] == 1
    assert set(document["machine"]) == {"cpus", "python", "kafka", "platform"}
    assert {"lane_per_core_second", "lane_per_second", "lane_rss_mb", "latency_8_p99_ms"} < set(
        document["figures"]
    )
    assert all(list(figure) == ["median", "min", "max", "unit"] for figure in document["figures"].values())
    assert list(document["ratios"]) == [
        "lane_vs_mirror_cpu",
        "lane_vs_mirror_wall",
        "lane_vs_faust_cpu",
        "lane_vs_quix_cpu",
        "lane_vs_bytewax_cpu",
        "lane_vs_librdkafka_wall",
    ]


def test_a_ratio_is_that_of_the_medians(new_run: Callable[[float, float], Run]) -> None:
    runs = {
        "lane": [new_run(rate, rate) for rate in (10.0, 20.0, 90.0)],
        "mirror": [new_run(rate, rate) for rate in (40.0, 30.0, 50.0)],
    }
    results = Results("lane", 3, {}, race_series(runs), LANE_RATIOS, LANE_GOALS)

    document = results.document()

    assert document["ratios"]["lane_vs_mirror_cpu"] == 0.5
    # Round by round it was 10/40, 20/30 and 90/50.
    assert document["figures"]["lane_vs_mirror_cpu"] == {
        "median": 0.6667,
        "min": 0.25,
        "max": 1.8,
        "unit": "ratio",
    }


def test_a_peer_that_was_left_out_has_no_ratio(good_results: Results) -> None:
    document = good_results.document()

    assert document["ratios"]["lane_vs_bytewax_cpu"] is None
    assert "lane_vs_bytewax_cpu" not in document["figures"]


def test_a_figure_is_given_with_as_many_digits_as_it_deserves(new_results: Callable[..., Results]) -> None:
    figures = new_results(lane=(51_234.567, 3.14159265)).document()["figures"]

    assert figures["lane_per_core_second"]["median"] == 51_230.0
    assert figures["lane_per_second"]["median"] == 3.142


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        (Bound.AT_LEAST, 11.9, Reached.MISSED),
        (Bound.AT_LEAST, 12.0, Reached.MET),
        (Bound.AT_LEAST, 12.1, Reached.MET),
        (Bound.AT_MOST, 11.9, Reached.MET),
        (Bound.AT_MOST, 12.0, Reached.MET),
        (Bound.AT_MOST, 12.1, Reached.MISSED),
    ],
)
def test_a_goal_is_met_at_its_target_and_beyond(bound: Bound, value: float, expected: Reached) -> None:
    results = Results("lane", 1, {}, {"figure": Series("", (value,))}, (), ())

    assert results.reached(Goal("figure", bound, 12.0, "")) is expected


def test_goals_of_peers_that_were_left_out_are_neither_met_nor_missed(
    new_results: Callable[..., Results],
) -> None:
    results = new_results(lane=(50_000, 40_000))

    assert {results.reached(goal) for goal in LANE_GOALS} == {Reached.NOT_MEASURED}


def test_good_figures_meet_every_goal(good_results: Results) -> None:
    assert {goal.measure: good_results.reached(goal) for goal in LANE_GOALS} == {
        goal.measure: Reached.MET for goal in LANE_GOALS
    }


@pytest.mark.parametrize("goal", LANE_GOALS, ids=lambda goal: goal.measure)
def test_each_goal_can_be_missed(good_results: Results, goal: Goal) -> None:
    """Halving the lane's rates, or tripling its latency, is noticed by each goal that speaks of it."""
    worse = {
        name: Series(series.unit, tuple(_worse(name, value) for value in series.values))
        for name, series in good_results.series.items()
    }

    assert replace(good_results, series=worse).reached(goal) is Reached.MISSED


def _worse(name: str, value: float) -> float:
    if name.startswith("latency"):
        return value * 3
    return value / 20 if name.startswith("lane_") else value


@pytest.mark.parametrize(
    ("peers", "ratios", "goals"),
    [
        (LANE_PEERS, LANE_RATIOS, LANE_GOALS),
        ({**DETECT_PEERS, **dict.fromkeys(WEATHER)}, DETECT_RATIOS, DETECT_GOALS),
        (dict.fromkeys(LOOP_WEATHER), LOOP_RATIOS, LOOP_GOALS),
    ],
    ids=["lane", "detect", "loop"],
)
def test_tables_speak_of_peers_that_there_are(
    new_run: Callable[[float, float], Run],
    peers: Mapping[str, object],
    ratios: Sequence[Ratio],
    goals: Sequence[Goal],
) -> None:
    """A misspelt name would read as a peer that was left out."""
    known = race_series({peer: [new_run(1.0, 1.0)] for peer in peers}).keys()
    others = {f"latency_{count}_p{share}_ms" for count in (8, 48) for share in (50, 99)} | {"soak_growth_mb"}
    others |= UNITS.keys()

    assert {name for ratio in ratios for name in (ratio.figure, ratio.to)} <= known
    assert {goal.measure for goal in goals} <= {ratio.name for ratio in ratios} | known | others


def test_detect_has_the_ratios_that_are_promised() -> None:
    assert [ratio.name for ratio in DETECT_RATIOS] == [
        "detect_vs_mirror_cpu",
        "detect_vs_mirror_wall",
        "detect_vs_faust_cpu",
        "detect_vs_quix_cpu",
        "detect_vs_bytewax_cpu",
        "storm_vs_clean",
    ]
