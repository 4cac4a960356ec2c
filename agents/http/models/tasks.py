"""Manual tasks on the wire."""

from typing import Any

from pydantic import BaseModel, Field

from assay.pipeline.core.issue import Severity
from assay.pipeline.policy.task_rules import Priority
from assay.pipeline.tasks import Happening, Status

from .common import Change, Fingerprint, Moment


class TaskRow(BaseModel):
    """A task in a list."""

    task_id: str = Field(examples=["t-0a1b2c3d4e5f"])
    fingerprint: Fingerprint
    episode: int
    status: Status
    task_type: str
    priority: Priority
    severity: Severity
    tenant_id: str
    subject: str
    team: str
    assigned_to: str
    created_at: Moment
    updated_at: Moment
    dead_letters: int = Field(description="How many it covers in this episode.")
    has_edit: bool


class TaskList(BaseModel):
    """A page of tasks, the one that changed last first."""

    items: list[TaskRow]
    next_cursor: str | None


class TaskDocument(TaskRow):
    """All of a task."""

    instructions: str = Field(description="Markdown; nothing in it is a value of a trace.")
    trace_id: str
    issues: list[dict[str, Any]] = Field(
        description="category, severity, code, description, field, expected, actual (masked)"
    )
    sources: list[str] = Field(description="topic/partition/offset of the first hundred dead letters.")
    first_at: str
    last_at: str
    edit: dict[str, Any] | None = Field(description="kind and rule; a patch is sealed and not shown.")
    replay_job: str
    completed_at: str
    notes: list[dict[str, Any]] = Field(description="at, actor, text")
    history: list[dict[str, Any]] = Field(description="at, actor, happening, reason, was, became, refused")
    shortened: bool = Field(default=False, description="Lists were left out: `assay tasks show` has them.")


class Take(Change):
    """For whom."""

    assignee: str = Field("", max_length=64, description="Empty = whoever asks.")


class Note(Change):
    """What is to be remembered."""

    text: str = Field(min_length=1, max_length=2000, description="No values of traces: all who look see it.")


class EditRequest(Change):
    """A change to every trace of the task; without one, a trace is shown."""

    patch: list[dict[str, Any]] | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="A JSON Patch (RFC 6902). It is kept sealed.",
        examples=[[{"op": "add", "path": "/trace_id", "value": "…"}]],
    )
    rule: str = Field("", max_length=100, description="Or a remediation rule.")
    dry_run: bool = Field(default=True, description="False: the task keeps the change.")
    show: bool = Field(
        default=True, description="Show a trace, and what the change makes of it; needs the scope `open`."
    )


class Completion(Change):
    """How it is completed."""

    dry_run: bool = Field(default=True, description="Only say how many dead letters would pass.")
    replay: bool = Field(default=True, description="False: the dead letters stay where they are.")


class PlanDocument(BaseModel):
    """What a replay would do, by the bundle in use."""

    found: int
    decisions: dict[str, int] = Field(description="What is done with them, by word.")
    predicted: dict[str, int] = Field(description="Of those that would be replayed: what they would become.")
    codes: dict[str, int] = Field(description="Blocking issues that would be left.")
    examples: dict[str, list[str]]


class IssueSeen(BaseModel):
    """An issue of an opened trace; nothing in it is a value."""

    code: str
    path: str
    message: str
    blocking: bool
    severity: Severity


class Proposed(BaseModel):
    """What a rule, or the change, does to the trace. It holds values."""

    rule: str
    patch: list[dict[str, Any]]


class TraceSeen(BaseModel):
    """A trace, open: for those who may see traces."""

    source: str
    value: str
    issues: list[IssueSeen]
    proposals: list[Proposed]


class Edited(BaseModel):
    """A trace of the task before and after the change, and what the change would do to all of them."""

    before: TraceSeen | None
    after: TraceSeen | None
    plan: PlanDocument | None
    saved: bool
    answered: bool
    status: Status | None


class Told(BaseModel):
    """What became of a command."""

    fingerprint: Fingerprint
    command: Happening
    answered: bool = Field(
        description="False: it is on its way, and the agent has not answered (status 202)."
    )
    status: Status | None
    replay_job: str = ""
    plan: PlanDocument | None = None
