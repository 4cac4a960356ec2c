"""Tenants on the wire."""

from typing import Any

from pydantic import BaseModel, Field


class TenantRow(BaseModel):
    """How good a tenant's traces were lately."""

    tenant_id: str
    traces: int
    failing: int
    invalid_trace_rate: float


class TenantList(BaseModel):
    """Tenants, the one with most failing traces first."""

    items: list[TenantRow]
    next_cursor: str | None


class Quality(BaseModel):
    """Quality metrics of a window (S0-75 … S0-79); empty when nothing was processed (S0-80)."""

    tenant_id: str
    window_s: int
    metrics: dict[str, float]


class Patterns(BaseModel):
    """What failing traces have in common that passing ones do not. No cause yet."""

    since: str
    failing: int
    failing_opened: int
    passing: int
    passing_offsets: int
    not_found: list[str]
    issues: list[dict[str, Any]]
    tested: int
    left_out: list[str]
    patterns: list[dict[str, Any]] = Field(description="dimension, value, counts, lift, p and p_corrected.")


class RunEvent(BaseModel):
    """The report as OpenLineage declares it."""

    event_type: str = Field(alias="eventType")
    event_time: str = Field(alias="eventTime")
    producer: str
    schema_url: str = Field(alias="schemaURL")
    run: dict[str, Any]
    job: dict[str, Any]
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]


class Report(BaseModel):
    """A tenant's quality report (S0-168)."""

    schema_: str = Field(alias="schema", examples=["assay/tenant_report/1-0-0"])
    tenant_id: str
    generated_at: str
    since: str
    until: str
    quality_score: float | None = Field(description="0 to 100; null when no trace was judged.")
    level: str
    score_before: float | None
    traces: dict[str, int]
    common_issues: list[dict[str, Any]]
    recommendations: list[dict[str, Any]]
    educational_content: list[dict[str, Any]]
    improvement_plan: list[dict[str, Any]]
    trend: list[dict[str, Any]]
