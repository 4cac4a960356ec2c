"""Replay on the real Kafka: killed three times, and each source once (fault 28)."""

from collections import Counter

import pytest

from assay.pipeline.core import headers as names
from assay.pipeline.core.topics import TopicRole

from .conftest import PARTITIONS, PATIENTLY, Stage, header, root_of

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]

TRACES = 2000
CRASHED = 137
DEATHS = ("before_end_txn", "after_end_txn")


def test_killed_three_times_it_replays_each_source_once_and_as_it_came(stage: Stage) -> None:
    """Duplicate guard, order per key, resume exactly where it was; plan, start, status and a second job in between."""
    values = stage.put([{"number": number} for number in range(TRACES)])
    plan = stage.cli("plan", "--tenant", "acme")
    assert plan["decisions"] == {"replay": TRACES}
    assert sum(plan["predicted"].values()) == TRACES
    first = stage.agent(crash_at="after_send", crash_after=3)
    arguments = ("--tenant", "acme", "--rate", "1000", "--reason", "the schema is there now")
    job = stage.cli("start", *PATIENTLY, *arguments)["job"]
    assert first.wait(60) == CRASHED
    for point in DEATHS:
        assert stage.agent(crash_at=point, crash_after=1).wait(60) == CRASHED
    stage.agent()
    assert (
        stage.cli("start", *PATIENTLY, *arguments, "--only-passing", status=4)["why"]
        == "overlaps_an_active_job"
    )
    stage.until(lambda: stage.cli("status", job)["status"] == "succeeded")

    replayed = stage.messages(TopicRole.RAW)
    assert Counter(map(root_of, replayed)) == dict.fromkeys(values, 1)
    for message in replayed:
        root = root_of(message)
        assert message.value() == values[root]
        assert message.partition() == root.partition
        assert message.headers()[0] == ("h", b"v")
        assert header(message, names.ATTEMPT) == "1"
        assert header(message, names.REPLAY_JOB) == job
    for partition in range(PARTITIONS):
        offsets = [root_of(message).offset for message in replayed if message.partition() == partition]
        assert offsets == sorted(offsets)
    status = stage.cli("status", job)
    assert (status["done"], status["remaining"]) == ({"replay": TRACES}, 0)

    assert stage.cli("plan")["decisions"] == {"not_current": TRACES}, "all of it is under way"
    again = stage.cli("start", *PATIENTLY, *arguments)["job"]
    stage.until(lambda: stage.cli("status", again)["status"] == "succeeded")
    assert len(stage.messages(TopicRole.RAW)) == TRACES


def test_a_job_is_paused_resumed_and_cancelled_by_the_command_line(stage: Stage) -> None:
    """Every change has an actor and a reason in the audit log."""
    stage.put([{"number": number} for number in range(200)])
    stage.agent()
    job = stage.cli("start", *PATIENTLY, "--rate", "10", "--reason", "trial", "--actor", "ann")["job"]
    for verb, status in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert stage.cli(verb, job, "--reason", "trial", "--actor", "ann")["status"] == status
    assert stage.cli("resume", job, "--reason", "too late", status=4)["why"] == "not_in_this_status"
    assert len(stage.messages(TopicRole.RAW)) < 200
    actions = [(message.key() or b"").decode() for message in stage.messages(TopicRole.AUDIT)]
    assert actions == ["replay.start", "replay.pause", "replay.resume", "replay.cancel", "replay.resume"]


def test_of_several_processes_one_replays(stage: Stage) -> None:
    """The others take over when it dies, and a frozen one that wakes up writes nothing."""
    values = stage.put([{"number": number} for number in range(TRACES)])
    agents = [stage.agent() for _ in range(3)]
    job = stage.cli("start", *PATIENTLY, "--rate", "500", "--reason", "trial")["job"]
    stage.until(lambda: stage.cli("status", job)["done"].get("replay", 0) > 0)
    agents[0].kill()
    stage.until(lambda: stage.cli("status", job)["status"] == "succeeded")
    assert Counter(map(root_of, stage.messages(TopicRole.RAW))) == dict.fromkeys(values, 1)
