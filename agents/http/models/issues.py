"""Issue groups on the wire."""

from typing import Any

from pydantic import BaseModel, Field

from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.issues import Happening, Status

from .common import Change, Fingerprint, Moment


class TenantCount(BaseModel):
    """Traces of a tenant."""

    tenant_id: str
    count: int


class GroupRow(BaseModel):
    """An issue group in a list."""

    fingerprint: Fingerprint
    code: str = Field(examples=["schema.required_missing"])
    category: Category
    severity: Severity
    status: Status
    blocking: bool
    subject: str
    path: str = Field(description="JSON Pointer without indexes; empty = the whole trace.")
    team: str
    count: int = Field(description="Traces.")
    occurrences: int = Field(description="Issues in these traces.")
    last_hour: int = Field(description="Traces of the last 60 minutes.")
    episode: int
    opened_at: Moment
    first_seen: Moment
    last_seen: Moment
    tenants: list[TenantCount]
    assigned_to: str = Field("", description="Empty for a tenant's key.")
    acknowledged: bool = Field(default=False, description="Whether somebody takes care of it.")


class GroupList(BaseModel):
    """A page of issue groups, the one seen last first."""

    items: list[GroupRow]
    next_cursor: str | None


class RateBucket(BaseModel):
    """Traces of a minute or an hour."""

    at: Moment
    count: int


class GroupDocument(GroupRow):
    """All that is known of a problem. A tenant's key does not see what people do about it."""

    per_minute: list[RateBucket] = Field(description="Of the last hour; minutes without traces are left out.")
    per_hour: list[RateBucket] = Field(description="Of the last two days.")
    producers: list[dict[str, Any]] = Field(description="name, version, count, first_seen, last_seen")
    first_bad: dict[str, Any] | None = Field(
        description="name, version, at, source of the earliest trace of the episode: where to look for the regression."
    )
    samples: list[dict[str, Any]] = Field(description="at, source, attempts: where traces of the group lie.")
    resolved_at: str = ""
    resolution_notes: str = ""
    acknowledgement: dict[str, Any] | None = Field(None, description="by, reason, at")
    confirmation: dict[str, Any] | None = Field(None, description="by, reason, at")
    transitions: list[dict[str, Any]] = Field(description="Every change of status: who, why, when.")
    refused: list[dict[str, Any]] = Field(description="Commands that were not carried out, and why.")
    shortened: bool = Field(
        default=False,
        description="Lists were left out, because it is too long for the view: `assay issues show` has them.",
    )


class Assignment(Change):
    """Who is to work on it."""

    assignee: str = Field(min_length=1, max_length=64, examples=["ada"])


class Resolution(Change):
    """What was done."""

    notes: str = Field("", max_length=500, description="What was done; kept with the group.")


class Commanded(BaseModel):
    """What became of a command."""

    fingerprint: Fingerprint
    command: Happening
    answered: bool = Field(
        description="False: it is noted and on its way, and the issues agent has not answered yet (status 202)."
    )
    status: Status | None
