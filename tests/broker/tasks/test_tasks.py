"""From dead letters to a completed task and a replay, by the command line, on the real Kafka; workers die on the way."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assay.agents.cli.tasks import tasks
from assay.pipeline.core.document import MISSING
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.testing import changed, clean_trace

from ..replay.conftest import Stage, root_of, stage

__all__ = ["stage"]

pytestmark = [pytest.mark.broker, pytest.mark.long]

FINE = clean_trace()
BROKEN = changed(FINE, {"/status": "finished"})
BEYOND = changed(BROKEN, {"/workflow_id": MISSING})
CRASHED = 137


def test_a_person_works_a_task_to_its_end(stage: Stage, tmp_path: Path) -> None:
    """S0-141 … S0-155: one task, taken, looked at, edited, tried, completed; what passes is replayed, once each. S0-114."""
    values = stage.put([BROKEN] * 30 + [BEYOND] * 3, dead=True, tenant="42")

    def cli(*arguments: str, status: int = 0) -> Any:
        who = () if arguments[0] in {"list", "show"} else ("--actor", "ann", "--reason", "on duty")
        return stage.cli(*arguments, *who, status=status, group=tasks)

    assert stage.agent("manual_remediation", crash_at="before_end_txn", crash_after=0).wait(60) == CRASHED
    stage.agent("manual_remediation", "replay")
    stage.until(lambda: any(one["dead_letters"]["count"] == len(values) for one in cli("list")))
    [task] = cli("list")
    name = task["fingerprint"]
    assert (task["status"], task["tenant_id"], task["priority"]) == ("pending", "42", "P0")
    assert cli("take", name)["status"] == "in_progress"
    assert cli("note", name, "the importer writes finished for completed")["refused"] == ""

    assert cli("complete", name, status=1)["plan"]["decisions"] == {"would_fail": len(values)}
    patch = tmp_path / "patch.json"
    patch.write_text(json.dumps([{"op": "replace", "path": "/status", "value": "completed"}]))
    assert cli("edit", name, "--patch", str(patch), "--check")["decisions"] == {"replay": 30, "would_fail": 3}
    assert cli("edit", name, "--patch", str(patch))["status"] == "in_progress"
    done = cli("complete", name)
    assert (done["status"], done["plan"]["predicted"]) == ("completed", {"valid": 30})
    job = done["replay_job"]
    stage.until(lambda: stage.cli("status")[0]["job"] == job)
    stage.until(lambda: stage.cli("status", job)["status"] == "succeeded")
    assert stage.cli("status", job)["done"] == {"replay": 30, "would_fail": 3}

    replayed = stage.messages(TopicRole.RAW)
    fixable = [source for source, value in values.items() if value == json.dumps(BROKEN).encode()]
    assert Counter(map(root_of, replayed)) == dict.fromkeys(fixable, 1)
    assert all(json.loads(message.value()) == FINE for message in replayed)
    assert len(stage.messages(TopicRole.RECEIPTS)) == 30
    shown = cli("show", name)
    assert [one["happening"] for one in shown["history"]] == ["take", "note", "edit", "complete"]
    actions = [(message.key() or b"").decode() for message in stage.messages(TopicRole.AUDIT)]
    assert actions == ["task.take", "task.note", "task.edit", "task.complete"]


def test_opening_a_trace_needs_permission_and_is_in_the_audit_log(stage: Stage) -> None:
    """Promise 4: sealed until somebody who may, says why; the entry is there before the trace is open."""
    stage.put([BROKEN], dead=True, tenant="42")
    stage.agent("manual_remediation")
    stage.until(lambda: len(stage.cli("list", group=tasks)) == 1)
    [task] = stage.cli("list", group=tasks)
    arguments = ("edit", task["task_id"], "--actor", "ann", "--reason", "on duty")
    with pytest.raises(Exception, match="ASSAY_MAY_OPEN_TRACES"):
        stage.cli(*arguments, group=tasks)
    assert stage.messages(TopicRole.AUDIT) == []
    stage.settings = stage.settings.model_copy(update={"may_open_traces": True})
    looked = stage.cli(*arguments, group=tasks)
    assert json.loads(looked["value"]) == BROKEN
    assert [issue["path"] for issue in looked["issues"] if issue["blocking"]] == ["/status"]
    [entry] = stage.messages(TopicRole.AUDIT)
    assert json.loads(entry.value())["action"] == "task.open"
