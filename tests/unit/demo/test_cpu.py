"""CPU of processes that come and go."""

from assay.agents.demo.cpu import CpuMeter, ProcessKey


def test_only_what_was_used_since_counts() -> None:
    times: dict[ProcessKey, float] = {(1, 0.0): 5.0}
    meter = CpuMeter(lambda: times)
    times[1, 0.0] = 7.5
    meter.look()
    assert meter.seconds == 2.5
    assert meter.came == 0


def test_a_process_that_died_keeps_what_it_had_used_and_its_successor_adds_to_it() -> None:
    times: dict[ProcessKey, float] = {(1, 0.0): 1.0}
    meter = CpuMeter(lambda: dict(times))
    times[1, 0.0] = 3.0
    meter.look()
    times = {(1, 50.0): 4.0}  # the same number, another process
    meter.look()
    assert meter.seconds == 6.0
    assert meter.came == 1
