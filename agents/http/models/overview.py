"""The overview on the wire."""

from typing import Literal

from pydantic import BaseModel, Field

from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.issues import Status

from .common import Moment


class Step(BaseModel):
    """A minute, or an hour of a long window."""

    at: Moment
    seconds: int
    traces: int
    failing: int
    outcomes: dict[Outcome, int]


class TopTenant(BaseModel):
    """A tenant's traces in the window."""

    tenant_id: str
    traces: int
    failing: int


class Critical(BaseModel):
    """A critical issue of a trace; nothing in it is a value."""

    code: str
    category: Category
    severity: Severity
    tenant_id: str
    subject: str
    fingerprint: str
    team: str
    detected_at: str
    source: str
    producer: str
    occurrences: int
    status: Status = Field(description="Of its problem, which is open.")


class ContainedTraces(BaseModel):
    """What lies in quarantine."""

    traces: int
    bytes: int = Field(description="As they are stored, sealed.")


class Bucket(BaseModel):
    """Problems that took up to so many seconds, and more than those of the bucket before."""

    le_s: int | None = Field(description="Null: longer than all others.")
    count: int


class ResolutionTimes(BaseModel):
    """How long problems lasted, of the 200 resolved ones that were seen last (S0-189)."""

    resolved: int
    p50_s: float | None
    p95_s: float | None
    buckets: list[Bucket]


class ConservationLight(BaseModel):
    """What the last audit said."""

    state: Literal["ok", "findings", "unknown"] = Field(
        description="Unknown: no audit was run from here (`POST /conservation`)."
    )
    unaccounted: int | None
    checked_at: Moment | None


class ViewsState(BaseModel):
    """How much the views can be believed."""

    state: Literal["ok", "behind", "degraded", "unknown"] = Field(
        description="degraded: Redis is away, and the numbers here are missing; behind: they are old."
    )
    behind: int = Field(description="Offsets of their topics that they have yet to take, markers among them.")


class Overview(BaseModel):
    """What happened in the last minutes, and how things stand. A tenant's key sees its own numbers."""

    at: Moment
    minutes: int
    traces: int
    failing: int
    rates: list[Step] = Field(description="Oldest first; the last one still runs.")
    outcomes: dict[Outcome, int]
    severities: dict[Severity, int] = Field(description="Issues, also those of traces that pass.")
    categories: dict[Category, int]
    top_tenants: list[TopTenant]
    recent_criticals: list[Critical] = Field(description="Of problems that are open, the newest 50 (S0-191).")
    contained: ContainedTraces | None
    open_tasks: int | None = Field(description="Null for a tenant's key, as the next one.")
    resolution: ResolutionTimes | None
    conservation: ConservationLight | None = Field(description="Null for a tenant's key, as the next one.")
    lag: dict[str, int | None] | None = Field(
        description="By lane: offsets that it has yet to read; null when Kafka cannot say."
    )
    views: ViewsState
