"""What a worker does with what is published: it takes it, or keeps what it has and says so."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from assay.agents.bundles import BundleUser, BundleWatch
from assay.agents.detector import DetectorStep
from assay.pipeline.core.errors import ConfigError, TransientError
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.publication_log import PolicyRecord

from .conftest import ACME, BINDINGS, Counted, MemoryTopic, active_of, candidate_of, files_with, until


class Step:
    """Who judges."""

    def __init__(self) -> None:
        self.used: list[str] = []
        self.threads: list[threading.Thread] = []

    def use(self, bundle: Bundle) -> None:
        self.used.append(bundle.bundle_id)
        self.threads.append(threading.current_thread())


@pytest.fixture
def step() -> Step:
    return Step()


@pytest.fixture
def watch(topic: MemoryTopic, directory: Bundle, step: Step, counted: Counted) -> BundleWatch:
    return BundleWatch(topic, directory, [step], counted)


@asynccontextmanager
async def running(watch: BundleWatch, topic: MemoryTopic) -> AsyncIterator[None]:
    await watch.start()
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        await watch.stop()
        topic.news.set()
        await asyncio.wait_for(task, 20)


def id_of(depth: int) -> str:
    return load_bundle(files_with(depth)).bundle_id


async def test_while_nothing_is_published_the_directory_counts(
    watch: BundleWatch, topic: MemoryTopic, directory: Bundle, step: Step
) -> None:
    topic.put(candidate_of(files_with(1)))
    await watch.start()
    assert watch.in_use is directory
    assert step.used == []


async def test_a_worker_begins_with_the_active_bundle(
    watch: BundleWatch, topic: MemoryTopic, step: Step, counted: Counted
) -> None:
    """Before ``start`` returns no lane is started: nothing is judged by an older one."""
    topic.put(active_of(files_with(1)))
    topic.put(active_of(files_with(2)))
    await watch.start()
    assert step.used == [id_of(2)]
    assert watch.in_use.bundle_id == id_of(2)
    assert counted.since == [active_of(files_with(2)).activated_s]
    assert counted.activated == 0, "it was not activated while running"


async def test_without_the_topic_a_worker_does_not_begin(watch: BundleWatch, topic: MemoryTopic) -> None:
    topic.is_away = True
    with pytest.raises(TransientError):
        await watch.start()


async def test_an_active_bundle_that_this_version_cannot_use_ends_the_start_with_a_way_out(
    watch: BundleWatch, topic: MemoryTopic, step: Step
) -> None:
    topic.put(active_of({"policies/later.yaml": b"a: 1"}, bundle="f" * 64))
    with pytest.raises(ConfigError) as caught:
        await watch.start()
    assert "ffffffffffff" in str(caught.value)
    assert "ASSAY_POLICY_SOURCE=directory" in str(caught.value)
    assert "policies/later.yaml" in str(caught.value)
    assert step.used == []


async def test_a_bundle_is_taken_while_running_and_not_by_the_event_loop(
    watch: BundleWatch, topic: MemoryTopic, step: Step, counted: Counted
) -> None:
    """Rule 8: loading and compiling take longer than the loop may be held up."""
    async with running(watch, topic):
        topic.put(active_of(files_with(1)))
        await until(lambda: counted.activated == 1)
        topic.put(active_of(files_with(2)))
        await until(lambda: counted.activated == 2)
    assert step.used == [id_of(1), id_of(2)]
    assert threading.current_thread() not in step.threads


async def test_the_same_content_again_is_no_change(
    watch: BundleWatch, topic: MemoryTopic, step: Step, counted: Counted
) -> None:
    async with running(watch, topic):
        topic.put(active_of(files_with(1)))
        await until(lambda: counted.activated == 1)
        topic.put(active_of(files_with(1, limits=b"# the same, with a comment\nmax_depth: 1\n"), candidate=3))
        await until(lambda: len(counted.since) == 2)
    assert step.used == [id_of(1)]


@pytest.mark.parametrize(
    "bad",
    [
        active_of({"policies/later.yaml": b"a: 1"}, bundle="f" * 64),
        active_of(files_with(9, bindings=BINDINGS + ACME)),
    ],
    ids=["not of this version", "other topics"],
)
async def test_what_cannot_be_taken_leaves_the_old_one_in_use_loudly(
    watch: BundleWatch,
    topic: MemoryTopic,
    step: Step,
    counted: Counted,
    bad: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    topic.put(active_of(files_with(1)))
    async with running(watch, topic):
        topic.put(bad)  # type: ignore[arg-type]  # a table of test cases
        await until(lambda: counted.refused == 1)
        assert watch.in_use.bundle_id == id_of(1)
        assert watch.not_taken != ""
        assert f"{watch.not_taken} cannot be taken, {id_of(1)[:12]} stays in use" in caplog.text
        topic.put(active_of(files_with(2)))
        await until(lambda: counted.activated == 1)
        assert watch.not_taken == ""
    assert step.used == [id_of(1), id_of(2)]


async def test_other_topics_are_taken_at_the_start(watch: BundleWatch, topic: MemoryTopic) -> None:
    wider = active_of(files_with(9, bindings=BINDINGS + ACME))
    topic.put(wider)
    await watch.start()
    assert watch.in_use.bundle_id == wider.bundle


async def test_while_kafka_is_away_the_old_one_stays_and_afterwards_nothing_was_missed(
    watch: BundleWatch, topic: MemoryTopic, step: Step, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.agents.bundles.FIRST_REOPEN_S", 0)
    topic.put(active_of(files_with(1)))
    async with running(watch, topic):
        topic.go_away()
        await asyncio.sleep(0)
        topic.put(active_of(files_with(2)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert watch.in_use.bundle_id == id_of(1)
        topic.is_away = False
        await until(lambda: counted.activated == 1)
    assert step.used == [id_of(1), id_of(2)]
    assert topic.opened == 2


async def test_a_record_of_another_program_is_named_and_left_out_of_account(
    watch: BundleWatch, topic: MemoryTopic, step: Step, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(watch, topic):
        topic.records.append(PolicyRecord(0, "active", b"geheim"))
        topic.news.set()
        await until(lambda: "a record that Assay did not write" in caplog.text)
    assert step.used == []
    assert "geheim" not in caplog.text


def test_every_lane_takes_bundles_while_running() -> None:
    """A step without ``use`` would judge by an old bundle for ever, silently."""
    from assay.agents.roster import LANES, lane_specs
    from assay.agents.settings import load_settings

    specs = lane_specs(load_settings())
    assert [name for name in LANES if not isinstance(specs[name].step, BundleUser)] == []
    assert isinstance(specs["detector"].step, DetectorStep)
