"""The conservation of traces on the wire."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from .common import Change


class AuditJob(BaseModel):
    """An audit that was asked for."""

    state: Literal["running", "done", "failed"]
    started_at: str
    ended_at: str | None
    actor: str
    why: str = Field(description="Of a failed one.")


class Conservation(BaseModel):
    """Whether every trace is accounted for, by the last audit."""

    state: Literal["ok", "findings", "unknown"]
    unaccounted: int | None = Field(description="Traces without an outcome that are not on their way.")
    checked_at: str | None
    report: dict[str, Any] | None = Field(description="All that `assay audit --json` says.")
    job: AuditJob | None


class Audit(Change):
    """An audit to be made."""

    payloads: bool = Field(default=False, description="Open sealed payloads as well, and compare them.")
