"""Contained traces on the wire."""

from typing import Any

from pydantic import BaseModel, Field

from assay.pipeline.core.issue import Severity
from assay.pipeline.replay import Status
from assay.pipeline.replay.request import DEFAULT_RATE, MOST_RATE

from .common import Change, Moment

RATE = Field(DEFAULT_RATE, ge=1, le=MOST_RATE, description="Traces per second, at most.")


class Contained(BaseModel):
    """What is known of a contained trace without opening it."""

    origin: str = Field(description="topic/partition/offset of its first try: its name here.")
    source: str = Field(description="topic/partition/offset of its last try.")
    tenant: str
    severity: str
    fingerprint: str = Field(description="Its problem; `none` when it has none.")
    reason: str = Field(examples=["policy_quarantine"])
    codes: list[str]
    issues: int
    trace_id: str
    subject: str
    schema_version: str
    producer: str
    producer_version: str
    team: str
    failure_id: str
    attempt: str
    bundle: str
    bytes: int
    detected_at: str = Field(description="RFC 3339, or empty.")
    contained_at: Moment
    expires_at: Moment = Field(description="When it is removed.")


class ContainedList(BaseModel):
    """A page of contained traces, the newest first."""

    items: list[Contained]
    next_cursor: str | None


class Opened(BaseModel):
    """A trace as it came. Texts that are no UTF-8 are `{"base64": "…"}`."""

    origin: str
    tenant: str
    key: Any
    value: Any
    headers: list[list[Any]]


class Release(Change):
    """How fast."""

    rate: int = RATE


class ReleaseMany(Release):
    """Which: what is empty lets all through, and one of them must not be empty."""

    tenant: str = Field("", max_length=200)
    code: str = Field("", max_length=100)
    fingerprint: str = Field("", max_length=64)
    severity: Severity | None = None


class Job(BaseModel):
    """What became of a replay job that was asked for."""

    job: str = Field(examples=["r-0a1b2c3d4e"])
    answered: bool = Field(description="False: nobody has answered yet (status 202).")
    status: Status | None
