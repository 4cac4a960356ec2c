"""A person's edit on its way through a replay: applied to each trace, judged, with a receipt and a way back."""

import json
from importlib.resources import files
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from assay.agents.clock import SystemClock
from assay.agents.replay.editors import edit_reader
from assay.agents.replay.forge import Forge
from assay.agents.replay.predict import Planner
from assay.agents.replay.shelf import MemoryShelf
from assay.agents.task_desk import TaskDesk, request_of, sealed_patch
from assay.agents.topics import RAW_MAX_BYTES
from assay.pipeline.core.document import MISSING
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.core.json_patch import apply_patch
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.sealed_payload import bound_to, sealed_from_json, sealed_to_json
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.replay import Edit, EditKind, ReplayDecision, ReplayFilter, ReplayRequest, Status, Verb
from assay.pipeline.tasks import Task, read_dead_letter, take_dead_letter
from assay.pipeline.testing import changed, clean_trace

from .conftest import RAW, SECRET, Scene

FINE = clean_trace()
BROKEN = changed(FINE, {"/status": "finished"})
BEYOND = changed(BROKEN, {"/workflow_id": MISSING})
PATCH: list[Any] = [
    {"op": "test", "path": "/status", "value": "finished"},
    {"op": "replace", "path": "/status", "value": "completed"},
]


def bytes_of(document: Any) -> bytes:
    return json.dumps(document).encode()


def sealed(patch: Any = None, tenant: str = "acme") -> Edit:
    text = bytes_of(PATCH if patch is None else patch)
    one = KeylessSealer().seal(tenant, text, b"task/x/1")
    return Edit(EditKind.PATCH, sealed=dict(sealed_to_json(one)), tenant=tenant, aad="task/x/1")


def options() -> dict[str, Any]:
    return {"read_edit": edit_reader(KeylessSealer())}


async def test_a_patch_goes_to_each_trace_and_only_what_then_passes_is_sent(scene: Scene) -> None:
    """DESIGN 8: applied to all, re-validated, replayed; promise 2: input + patch, and the inverse restores. S0-103, S0-115."""
    good = scene.fail(bytes_of(BROKEN), tenant="42")
    scene.fail(bytes_of(BEYOND), tenant="42")
    scene.fail(bytes_of(FINE), tenant="42")
    scene.fail(b"\xff", tenant="42")
    scene.start(edit=sealed(), only_passing=True)
    job = await scene.run(**options())
    assert job.done == {
        ReplayDecision.REPLAY: 1,
        ReplayDecision.WOULD_FAIL: 1,
        ReplayDecision.EDIT_FAILED: 2,
    }
    [(record, mark)] = scene.replayed()
    assert mark.of == good
    assert json.loads(record.value or b"") == FINE
    [receipt] = scene.log.visible(TopicRole.RECEIPTS.value)
    document = json.loads(receipt.value or b"")
    schema = files("assay.schemas").joinpath("assay").joinpath("edit_receipt").joinpath("1-0-0.json")
    Draft202012Validator(orjson.loads(schema.read_bytes())).validate(document)
    assert document["receipt_id"] == mark.receipt
    aad = bound_to("42", good, document["schema_version"])
    changes = json.loads(KeylessSealer().open("42", sealed_from_json(document["changes"]), aad))
    assert apply_patch(BROKEN, changes["patch"]) == FINE
    assert apply_patch(FINE, changes["inverse"]) == BROKEN


async def test_a_later_replay_keeps_the_receipt_of_the_edit(scene: Scene) -> None:
    """What is sent is no longer what came: its receipt goes with it."""
    scene.fail(bytes_of(BROKEN), tenant="42")
    scene.start("r-1", edit=sealed())
    await scene.run("r-1", **options())
    scene.judge(lambda _record: False, tenant="42")
    scene.start("r-2")
    await scene.run("r-2", **options())
    (_, first), (second, mark) = scene.replayed()
    assert mark.attempt == 2
    assert mark.receipt == first.receipt != ""
    assert json.loads(second.value or b"") == FINE


async def test_a_rule_that_a_person_chose_is_applied(scene: Scene) -> None:
    rule = next(iter(scene.bundle.remediation_rules))
    scene.fail(bytes_of(FINE), tenant="42")
    scene.start(edit=Edit(EditKind.RULE, rule))
    job = await scene.run(**options())
    assert job.done == {ReplayDecision.EDIT_FAILED: 1}, "nothing is wrong, so a rule changes nothing"


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (Edit(EditKind.RULE, "no_such_rule"), "UnsupportedRemediationRuleError"),
        (sealed({"not": "a patch"}), "EditRefusedError"),
        (Edit(EditKind.PATCH, sealed={}, tenant="acme", aad=""), "SealError"),
    ],
)
async def test_an_edit_that_cannot_be_used_fails_the_job_and_says_so(
    scene: Scene, edit: Edit, why: str
) -> None:
    scene.fail(bytes_of(BROKEN))
    scene.start(edit=edit)
    job = await scene.run(status=Status.FAILED, **options())
    assert job.why == why
    assert scene.replayed() == []


# The plan, and the task desk


def forge(scene: Scene) -> Forge:
    keys = KeylessSealer()
    return Forge(scene.bundle, keys, keys, SECRET, raw_topic=RAW, most_bytes=RAW_MAX_BYTES)


def desk(scene: Scene) -> TaskDesk:
    keys = KeylessSealer()
    return TaskDesk(scene.settings, MemoryShelf(scene.log), forge(scene), keys=keys, clock=SystemClock())


def task_of(scene: Scene) -> Task:
    record = scene.log.visible("dlq.traces.raw")[0]
    letter = read_dead_letter(record)
    assert letter is not None
    task = take_dead_letter(None, letter, scene.bundle.tasks, "2025-03-04T09:15:05.000000000Z").task
    assert task is not None
    return task


async def test_a_plan_says_what_would_become_of_each_trace_and_writes_nothing(scene: Scene) -> None:
    """Dry run: predicted outcomes under today's bundle. S0-104, S0-105."""
    scene.fail(bytes_of(FINE), tenant="42")
    scene.fail(bytes_of(BROKEN), tenant="42")
    scene.fail(bytes_of(changed(FINE, {"/inputs/card": "4111 1111 1111 1111"})), tenant="42")
    scene.fail(b"\xff", tenant="42")
    planner = Planner(MemoryShelf(scene.log), scene.agent().book, forge(scene), scene.bundle)
    plan = await planner(ReplayRequest(), None, scene.clock.now_ns())
    assert plan.found == 4
    assert plan.decisions == {"replay": 4}
    assert plan.predicted["valid"] == 1
    assert plan.predicted["dead_lettered"] == 1
    assert plan.predicted["quarantined"] >= 1
    assert sum(plan.predicted.values()) == 4
    assert plan.codes["security.pii_card"] == 1
    assert scene.replayed() == []


async def test_the_desk_tries_an_edit_on_all_dead_letters_of_a_task(scene: Scene) -> None:
    for document in (BROKEN, BROKEN, BEYOND):
        scene.fail(bytes_of(document), role=TopicRole.DEAD_LETTER, tenant="42")
    scene.fail(bytes_of(BROKEN), role=TopicRole.DEAD_LETTER, tenant="7")
    task = task_of(scene)
    edit = sealed_patch(task, bytes_of(PATCH), KeylessSealer())
    plan = await desk(scene).plan(task, edit)
    assert plan.decisions == {"replay": 2, "would_fail": 1}
    assert (await desk(scene).plan(task, None)).decisions == {"would_fail": 3}
    assert request_of(task, None).filter == ReplayFilter(tenant="42", fingerprint=task.fingerprint)


async def test_the_desk_opens_one_trace_with_what_rules_propose(scene: Scene) -> None:
    source = scene.fail(bytes_of(BEYOND), role=TopicRole.DEAD_LETTER, tenant="42")
    task = task_of(scene)
    looked = await desk(scene).look(await desk(scene).first(task))
    assert (looked.source, looked.value) == (str(source), bytes_of(BEYOND))
    assert "schema.required_missing" in {issue.code for issue in looked.issues}
    for proposal in looked.proposals:
        assert apply_patch(BEYOND, proposal.patch) != BEYOND


async def test_a_sealed_edit_opens_for_its_own_task_only(scene: Scene) -> None:
    scene.fail(bytes_of(BROKEN), role=TopicRole.DEAD_LETTER, tenant="42")
    edit = sealed_patch(task_of(scene), bytes_of(PATCH), KeylessSealer())
    assert b"completed" not in json.dumps(edit.to_json()).encode()
    other = Edit(EditKind.PATCH, sealed=edit.sealed, tenant=edit.tenant, aad="task/other/1")
    scene.start(edit=other)
    job = await scene.run(status=Status.FAILED, **options())
    assert job.why == "SealError"


async def test_nothing_is_left_to_open_when_all_were_replayed(scene: Scene) -> None:
    scene.fail(bytes_of(FINE), role=TopicRole.DEAD_LETTER, tenant="42")
    scene.start()
    await scene.run()
    with pytest.raises(RefusedError, match="no dead letter"):
        await desk(scene).first(task_of(scene))


async def test_two_replays_do_not_work_on_the_dead_letters_of_a_task(scene: Scene) -> None:
    scene.fail(bytes_of(FINE), role=TopicRole.DEAD_LETTER, tenant="42")
    scene.start(rate_per_s=1)
    scene.tell("r-1", Verb.PAUSE)
    await scene.run(status=Status.PAUSED)
    with pytest.raises(RefusedError, match="r-1"):
        await desk(scene).refuse_overlap(task_of(scene))
