"""A job that waits for a schema: it starts once when the bundle in use knows the version, and takes only what is of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assay.agents.replay import ReplayAgent
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import RefusedError, TransientError
from assay.pipeline.core.record import Source
from assay.pipeline.dispose.testing import an_issue
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Arrival, ReplayDecision, ReplayFilter, Status, Verb
from assay.pipeline.testing import changed, clean_trace

from .conftest import Scene, found, until

SUBJECT, VERSION = "workflow_trace", "1.1.0"
ARRIVAL = Arrival(SUBJECT, VERSION)
UNKNOWN = an_issue(IssueCode.SCHEMA_VERSION_UNKNOWN, path="/schema_version")
FILTER = ReplayFilter(code=UNKNOWN.code.value)


class Log:
    """An audit log that may be away, or damaged."""

    def __init__(self, *errors: Exception) -> None:
        self.acts: list[Act] = []
        self.errors = [*errors]

    async def note(self, act: Act) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.acts.append(act)


@pytest.fixture
def before(bundle: Bundle) -> Bundle:
    """A bundle without the version."""
    known = bundle.subjects[SUBJECT]
    schemas = {version: schema for version, schema in known.schemas.items() if version != VERSION}
    return replace(bundle, subjects={**bundle.subjects, SUBJECT: replace(known, schemas=schemas)})


@pytest.fixture
def log() -> Log:
    return Log()


def failed(scene: Scene, version: str = VERSION) -> Source:
    return scene.fail(json.dumps(changed(clean_trace(), {"/schema_version": version})).encode(), UNKNOWN)


Started = Callable[..., ReplayAgent]


@pytest.fixture
def agent(scene: Scene, log: Log, before: Bundle) -> Started:
    def made(bundle: Bundle = before, **options: Any) -> ReplayAgent:
        scene.bundle = bundle
        return scene.agent(**{"note": log.note, "settle_ns": 0} | options)

    return made


async def test_it_waits_until_the_version_is_known_and_then_takes_what_is_of_it(
    scene: Scene, agent: Started, log: Log, bundle: Bundle
) -> None:
    """S0-8: also what failed while it waited; and what is of another version that nobody knows stays. S0-99."""
    wanted, other = failed(scene), failed(scene, "9.9.9")
    scene.start(filter=FILTER, arrival=ARRIVAL)
    waiting = agent()
    await waiting.start()
    await until(lambda: found(waiting, "r-1") is Status.AWAITING)
    late = failed(scene)
    assert (scene.replayed(), log.acts) == ([], [])
    waiting.use(bundle)
    await until(lambda: found(waiting, "r-1") is Status.SUCCEEDED)
    assert sorted(mark.of for _, mark in scene.replayed()) == [wanted, late]
    job = waiting.book.jobs["r-1"]
    assert job.done == {ReplayDecision.REPLAY: 2, ReplayDecision.OTHER_SCHEMA: 1}
    [act] = log.acts
    assert (act.actor, act.action, act.target) == ("ann", "replay.arrived", "r-1")
    assert str(ARRIVAL) in act.reason
    assert bundle.short_id in act.reason
    waiting.use(bundle)
    failed(scene)
    scene.start("r-2", filter=ReplayFilter(sources=frozenset({other})))
    await until(lambda: found(waiting, "r-2") is Status.SUCCEEDED)
    assert len(log.acts) == 1, "it starts once"
    assert len(scene.replayed()) == 3


async def test_a_version_that_is_known_already_is_not_waited_for(
    scene: Scene, agent: Started, log: Log, bundle: Bundle
) -> None:
    failed(scene)
    scene.start(filter=FILTER, arrival=ARRIVAL)
    there = agent(bundle)
    await there.start()
    await until(lambda: found(there, "r-1") is Status.SUCCEEDED)
    assert len(scene.replayed()) == len(log.acts) == 1


async def test_a_new_process_waits_on(scene: Scene, agent: Started, log: Log, bundle: Bundle) -> None:
    """What is waited for stands on the topic, not in a process."""
    failed(scene)
    scene.start(filter=FILTER, arrival=ARRIVAL)
    first = agent()
    await first.start()
    await until(lambda: found(first, "r-1") is Status.AWAITING)
    await first.stop()
    second = agent(bundle)
    await second.start()
    await until(lambda: found(second, "r-1") is Status.SUCCEEDED)
    assert len(scene.replayed()) == len(log.acts) == 1


async def test_nothing_starts_before_it_is_in_the_audit_log(
    scene: Scene, agent: Started, log: Log, bundle: Bundle
) -> None:
    log.errors = [TransientError("away"), TransientError("away")]
    failed(scene)
    scene.start(filter=FILTER, arrival=ARRIVAL)
    there = agent(bundle)
    await there.start()
    await until(lambda: found(there, "r-1") is Status.SUCCEEDED)
    assert len(scene.replayed()) == len(log.acts) == 1


async def test_a_damaged_audit_log_ends_the_job(
    scene: Scene, agent: Started, log: Log, bundle: Bundle
) -> None:
    log.errors = [RefusedError("the log was cut")]
    failed(scene)
    scene.start(filter=FILTER, arrival=ARRIVAL)
    there = agent(bundle)
    await there.start()
    await until(lambda: found(there, "r-1") is Status.FAILED)
    assert scene.replayed() == []


async def test_the_detectors_are_given_time_to_take_the_same_bundle(
    scene: Scene, agent: Started, bundle: Bundle
) -> None:
    """Else the traces would come back for the same reason."""
    failed(scene)
    scene.start(filter=FILTER, arrival=ARRIVAL)
    now = [0]
    there = agent(monotonic_ns=lambda: now[0], settle_ns=100)
    await there.start()
    await until(lambda: found(there, "r-1") is Status.AWAITING)
    now[0] = 50
    there.use(bundle)
    scene.start("r-2", filter=ReplayFilter(tenant="nobody"))
    await until(lambda: found(there, "r-2") is Status.SUCCEEDED)
    assert found(there, "r-1") is Status.AWAITING
    now[0] = 150
    await until(lambda: found(there, "r-1") is Status.RUNNING)


async def test_what_waits_can_be_cancelled_and_is_in_nobodys_way(scene: Scene, agent: Started) -> None:
    source = failed(scene)
    scene.start(filter=FILTER, arrival=ARRIVAL)
    there = agent()
    await there.start()
    await until(lambda: found(there, "r-1") is Status.AWAITING)
    scene.start("r-2", filter=FILTER)
    await until(lambda: found(there, "r-2") is Status.SUCCEEDED)
    assert [mark.of for _, mark in scene.replayed()] == [source]
    scene.tell("r-1", Verb.CANCEL)
    await until(lambda: found(there, "r-1") is Status.CANCELLED)


@pytest.mark.parametrize("text", ["", "@", "a@", "@1", "a"])
def test_what_names_no_schema_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="subject@version"):
        Arrival.parse(text)
