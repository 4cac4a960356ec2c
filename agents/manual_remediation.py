"""The manual-remediation lane: dlq.traces.raw and quality.task_commands → quality.tasks (DESIGN 3, 8; S0-141 … S0-155).

One task for each problem, not for each trace. Completing one asks for the replay of its dead letters in the same
transaction, under a job id that is derived from the task: it is asked for once, however often the agent ends.
"""

from typing import Any

import orjson

from assay.agents.lanes.keyed_step import Stepped
from assay.agents.lanes.keyed_work import KeyedLaneSpec
from assay.agents.topics import topic_name
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339
from assay.pipeline.core.cloud_event import event_headers
from assay.pipeline.core.document import Json
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import NONE
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Command, Edit, Origin, ReplayFilter, ReplayRequest, Verb
from assay.pipeline.tasks import (
    Assigned,
    Completed,
    Taken,
    Task,
    TaskCommand,
    forgotten_at,
    from_json,
    read_command,
    read_dead_letter,
    take_command,
    take_dead_letter,
    to_json,
)

LANE = "manual_remediation"
INPUTS = (TopicRole.DEAD_LETTER, TopicRole.TASK_COMMANDS)
STATE = TopicRole.TASKS
STATE_TYPE = "assay.task.v1"
SOURCE = "/assay/manual_remediation"
ASSIGNED_TYPE = "assay.task.assigned.v1"
ASSIGNED_SCHEMA = "assay/task_notice/1-0-0"
UNREADABLE = "unreadable"
RATE_PER_S = 500
KEPT_AT_HAND = 1024
"""States of which the decoded form is kept: a storm has few problems, and decoding takes longer than the step."""


class ManualRemediationStep:
    """The lane's pure part: a :class:`assay.agents.lanes.keyed_step.KeyedStep`."""

    def __init__(self, bundle: Bundle, topic_prefix: str = "") -> None:
        self._at_hand: dict[bytes, Task] = {}
        self._commands = topic_name(TopicRole.TASK_COMMANDS, topic_prefix)
        self.use(bundle)

    def use(self, bundle: Bundle) -> None:
        """Make tasks by this bundle from now on; those that there are stay as they are."""
        self._rules = bundle.tasks

    def key_of(self, record: Record) -> bytes:
        """The fingerprint."""
        return record.key or b""

    def step(self, state: bytes | None, record: Record, now_ns: int) -> Stepped:
        """Take in a dead letter or a command."""
        task = None if state is None else self._task(state)
        if record.topic == self._commands:
            command = read_command(record)
            if (
                command is None
                or command.fingerprint.encode() != (record.key or b"")
                or not _edit_is_one(command)
            ):
                return Stepped(state, refused=UNREADABLE)
            return self._stepped(take_command(task, command), now_ns)
        letter = read_dead_letter(record)
        if letter is None or letter.fingerprint.encode() != (record.key or b""):
            return Stepped(state, refused=UNREADABLE)
        written_ns = record.timestamp * NANOS_PER_MILLI if record.timestamp > 0 else now_ns
        return self._stepped(take_dead_letter(task, letter, self._rules, rfc3339(written_ns)), now_ns)

    def due(self, state: bytes) -> int | None:
        """When a completed task may be forgotten."""
        return forgotten_at(from_json(state))

    def tick(self, state: bytes, key: bytes, now_ns: int) -> Stepped:  # noqa: ARG002 - the state says it all
        """Forget it."""
        return Stepped(None)

    def _stepped(self, taken: Taken, now_ns: int) -> Stepped:
        effects = [
            assigned_outgoing(effect.task, now_ns)
            if isinstance(effect, Assigned)
            else replay_outgoing(effect)
            for effect in taken.effects
        ]
        # A refusal of a task that is there stands in its history; of one that is not, nowhere else.
        refused = taken.refused.value if taken.refused is not None and taken.task is None else ""
        return Stepped(None if taken.task is None else self._written(taken.task), effects, refused)

    def _task(self, state: bytes) -> Task:
        kept = self._at_hand.get(state)
        return from_json(state) if kept is None else kept

    def _written(self, task: Task) -> bytes:
        written = to_json(task)
        if len(self._at_hand) >= KEPT_AT_HAND:
            self._at_hand.clear()
        self._at_hand[written] = task
        return written


def _edit_is_one(command: TaskCommand) -> bool:
    try:
        return command.edit is None or bool(Edit.from_json(command.edit).to_json())
    except ValueError:
        return False


def replay_outgoing(done: Completed) -> Outgoing:
    """The replay of a completed task's dead letters: those that pass with its edit, and no others."""
    task = done.task
    request = ReplayRequest(
        filter=task_filter(task),
        origins=(Origin.DEAD_LETTER,),
        rate_per_s=RATE_PER_S,
        only_passing=True,
        edit=None if task.edit is None else Edit.from_json(task.edit),
    )
    command = Command(task.replay_job, Verb.START, done.actor, done.reason, done.at, request)
    return command.to_outgoing(SOURCE)


def task_filter(task: Task) -> ReplayFilter:
    """The dead letters that a task covers."""
    tenant = "" if task.tenant_id == NONE else task.tenant_id
    return ReplayFilter(tenant=tenant, fingerprint=task.fingerprint)


def assigned_outgoing(task: Task, now_ns: int) -> Outgoing:
    """What tells the assignee: an event on ``quality.escalations``, where the notifier listens (S0-144).

    Its members are those of an escalation step, so that it is told like one. No value of a trace is in it.
    """
    worst: dict[str, Any] = {"code": NONE, "category": NONE}
    if task.issues:
        worst = {"code": task.issues[0].code, "category": task.issues[0].category}
    at = rfc3339(now_ns)
    document: dict[str, Json] = {
        "schema": ASSIGNED_SCHEMA,
        "task_id": task.task_id,
        "fingerprint": task.fingerprint,
        "episode": task.episode,
        "chain": "task",
        "step": 0,
        "roles": [task.assigned_to],
        "calls": [],
        "level": "responder",
        "reason": f"Manual remediation task {task.task_id} ({task.task_type}, {task.priority}) is yours",
        "severity": task.severity.value,
        **worst,
        "tenant_id": task.tenant_id,
        "rule": NONE,
        "team": task.team,
        "count": task.dead_letters.count,
        "at": at,
    }
    headers = event_headers(
        event_id=f"{task.task_id}/assigned/{task.assigned_to}",
        source=SOURCE,
        event_type=ASSIGNED_TYPE,
        at=at,
        subject=task.fingerprint,
        more=[(names.TENANT, task.tenant_id.encode())],
    )
    key = task.fingerprint.encode()
    return Outgoing(TopicRole.ESCALATIONS, None, key, orjson.dumps(document), headers, None)


def manual_remediation_spec(bundle: Bundle, topic_prefix: str = "") -> KeyedLaneSpec:
    """The lane, for the worker."""
    step = ManualRemediationStep(bundle, topic_prefix)
    return KeyedLaneSpec(LANE, INPUTS, STATE, STATE_TYPE, step)
