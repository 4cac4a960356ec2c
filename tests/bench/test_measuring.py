"""How peers are run and measured."""

import time
from dataclasses import replace

import pytest

from assay.agents.bench.job import Job
from assay.agents.bench.latency import latency_series
from assay.agents.bench.load import bench_load
from assay.agents.bench.read import Ages
from assay.agents.bench.rounds import in_turn
from assay.agents.bench.run import Run
from assay.agents.bench.series import Series
from assay.agents.bench.stopwatch import Stopwatch, rss_max_mb


def test_peers_take_turns_in_every_round() -> None:
    """Neighbours in time meet the same disturbances."""
    order: list[tuple[str, int]] = []

    def run_peer(peer: str, number: int) -> Run:
        order.append((peer, number))
        return Run(number, 1.0, 1.0, 1.0)

    runs = in_turn(["a", "b"], 2, run_peer)

    assert order == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert {peer: [run.records for run in rounds] for peer, rounds in runs.items()} == {
        "a": [1, 2],
        "b": [1, 2],
    }


class TestStopwatch:
    @pytest.fixture(autouse=True)
    def clocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two clocks that a test sets."""
        self.wall, self.cpu = 100.0, 10.0
        monkeypatch.setattr(time, "perf_counter", lambda: self.wall)
        monkeypatch.setattr(time, "process_time", lambda: self.cpu)

    def test_it_measures_from_the_first_batch_to_the_last_commit(self) -> None:
        watch = Stopwatch(10)
        watch.arrived()
        self.wall, self.cpu = 101.0, 10.5
        watch.arrived()
        watch.committed(6)
        self.wall, self.cpu = 104.0, 11.0
        watch.committed(4)
        self.wall, self.cpu = 200.0, 99.0
        watch.committed(1)

        assert watch.run is not None
        assert replace(watch.run, rss_max_mb=0) == Run(10, 4.0, 1.0, 0)

    def test_it_runs_until_the_job_is_complete(self) -> None:
        watch = Stopwatch(10)
        watch.arrived()
        watch.committed(9)

        assert watch.run is None

    def test_records_beyond_the_job_are_counted_with_the_time_that_they_took(self) -> None:
        watch = Stopwatch(10)
        watch.arrived()
        self.wall, self.cpu = 102.0, 11.0
        watch.committed(12)

        assert watch.run is not None
        assert (watch.run.records, watch.run.per_second) == (12, 6.0)


def test_memory_is_that_of_this_process() -> None:
    before = rss_max_mb()
    block = bytearray(64 * 2**20)
    block[::4096] = bytes(len(block[::4096]))  # touched, so that it is resident

    assert before > 5
    assert rss_max_mb() >= max(before, 64)


def test_rates_are_by_their_own_clock() -> None:
    run = Run.from_document({"records": 100, "wall_s": 4.0, "cpu_s": 2.0, "rss_max_mb": 90.0})

    assert (run.per_second, run.per_core_second) == (25.0, 50.0)


@pytest.mark.parametrize("field", ["records", "wall_s", "cpu_s"])
def test_a_run_of_nothing_is_no_measurement(field: str) -> None:
    document = {"records": 100, "wall_s": 4.0, "cpu_s": 2.0, "rss_max_mb": 90.0} | {field: 0}

    with pytest.raises(ValueError, match="no records or no time"):
        Run.from_document(document)


class TestAges:
    def test_the_beginning_is_left_out(self) -> None:
        ages = Ages(warm_up_s=5.0)
        ages.add(1_000, 1_900)
        ages.add(5_999, 6_900)
        for late_by in (10, 20, 30):
            ages.add(6_000, 6_000 + late_by)

        assert ages.figures() == {"records": 3, "p50_ms": 20, "p99_ms": 30, "max_ms": 30}

    def test_a_reader_that_saw_nothing_has_no_figures(self) -> None:
        with pytest.raises(ValueError, match="nothing"):
            Ages(5.0).figures()


def test_latencies_are_named_by_their_number_of_partitions() -> None:
    found = {
        8: [{"p50_ms": 1.0, "p99_ms": 2.0, "max_ms": 3.0, "load_per_second": 4.0}] * 2,
        48: [{"p50_ms": 5.0, "p99_ms": 6.0, "max_ms": 7.0, "load_per_second": 8.0}] * 2,
    }

    series = latency_series(found)

    assert series["latency_8_p50_ms"] == Series("ms", (1.0, 1.0))
    assert series["latency_48_p99_ms"] == Series("ms", (6.0, 6.0))
    assert series["latency_48_load_per_second"] == Series("records/s", (8.0, 8.0))


def test_a_job_reaches_the_child_as_it_was_given(job: Job) -> None:
    assert Job.from_json(job.to_json()) == job


def test_input_and_output_of_a_job_lie_apart(job: Job) -> None:
    """Every round writes to fresh topics, and all of them read the same one."""
    assert (job.source, job.sink) == ("bench.in.traces.raw", "bench.1.lane.traces.valid")
    assert job.settings().topic_prefix == "bench.in."
    assert job.output_settings().topic_prefix == "bench.1.lane."


def test_every_run_has_a_group_of_its_own(job: Job) -> None:
    assert job.group("lane") != replace(job, env="bench-2-lane").group("lane")


def test_the_load_is_traces_of_the_right_size_with_the_right_share_of_faults() -> None:
    """DESIGN 12: 1.8 KB, 3 % faulty; and none of a megabyte, which would make rounds differ."""
    items = list(bench_load(4000))
    sizes = sorted(len(item.value or b"") for item in items)

    assert 1_700 < sum(sizes) / len(sizes) < 1_900
    assert sizes[-1] < 100_000
    assert 0.02 < sum(item.expected is not None for item in items) / 4000 < 0.04
