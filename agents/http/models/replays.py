"""Replay jobs on the wire."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from assay.pipeline.core.issue import Severity
from assay.pipeline.replay import Origin, Status
from assay.pipeline.replay.request import DEFAULT_HOPS, DEFAULT_RATE, MOST_HOPS, MOST_RATE, MOST_SOURCES_NAMED

from .common import Body, Moment, Reason

Named = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,249}/[0-9]{1,10}/[0-9]{1,19}$")]
"""topic/partition/offset."""


class Filter(Body):
    """Which failing traces. What is empty lets all through; what is not must all hold."""

    tenant: str = Field("", max_length=200)
    code: str = Field("", max_length=100, description="Of any of its issues.")
    fingerprint: str = Field("", max_length=64)
    severity: Severity | None = None
    since: Moment | None = Field(None, description="Detected then or later.")
    until: Moment | None = Field(None, description="Detected before.")
    sources: list[Named] = Field(
        default_factory=list,
        max_length=MOST_SOURCES_NAMED,
        description="Raw records: topic/partition/offset.",
    )


class Request(Body):
    """Which traces, and how."""

    filter: Filter = Field(default_factory=lambda: Filter.model_validate({}))
    origins: list[Origin] = Field(
        default_factory=lambda: [Origin.QUARANTINE, Origin.DEAD_LETTER],
        min_length=1,
        max_length=2,
        description="Where they lie: quarantine, dead_letter, or both.",
    )
    rate_per_s: int = Field(DEFAULT_RATE, ge=1, le=MOST_RATE, description="At most.")
    hop_limit: int = Field(DEFAULT_HOPS, ge=1, le=MOST_HOPS, description="Leave what was tried so often.")
    force: bool = Field(
        default=False, description="Also what passed since, is under way, or ended worker processes."
    )
    only_passing: bool = Field(default=False, description="Leave what today's bundle would not let pass.")


class Start(Request):
    """A job to be started."""

    reason: Reason
    arrival: str = Field(
        "",
        max_length=200,
        description="subject@version: wait until the bundle in use knows it, then replay what is of it.",
    )


class Plan(BaseModel):
    """What a replay would do."""

    found: int = Field(description="Failing traces that match.")
    decisions: dict[str, int] = Field(description="`replay`, and why others would be passed over.")
    predicted: dict[str, int] = Field(description="What would become of those that are replayed.")
    codes: dict[str, int] = Field(description="What would still be wrong with them.")
    examples: dict[str, list[str]] = Field(description="Sources, by what would become of them.")


class JobDocument(BaseModel):
    """A job as the topic of replays tells it."""

    job: str
    status: Status
    request: dict[str, Any]
    done: dict[str, int] = Field(description="Traces it is done with, by what became of them.")
    replayed: int
    remaining: int
    started_at: str
    updated_at: str
    actor: str
    reason: str
    why: str


class JobList(BaseModel):
    """Jobs, the newest first."""

    items: list[JobDocument]
    next_cursor: str | None
