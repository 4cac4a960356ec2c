"""The health of the data path, and its words."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from ..pulse import ViewState


class LaneLag(BaseModel):
    """How far a lane is behind."""

    lane: str
    records: int | None = Field(
        description="Null: nobody can tell. Offsets up to the end; markers of transactions are among them."
    )


class DataHealth(BaseModel):
    """Whether traces flow, and nothing is lost."""

    status: Literal["ok", "degraded", "unavailable"]
    reasons: list[str] = Field(description="Why it is not ok.")
    kafka: Literal["ok", "unavailable"]
    views: ViewState
    behind: int = Field(description="Offsets that the views have yet to read.")
    lanes: list[LaneLag]
    unaccounted: int | None = Field(description="By the last audit; null when there was none.")
    audited_at: str | None
    last_judged_at: str | None = Field(
        description="The last minute of the last hour in which a trace was judged, by the views."
    )


class Symbol(BaseModel):
    """A word that means something here."""

    kind: Literal["trace_type", "workflow_state", "tenant", "issue_code", "field_path"]
    name: str
    subject: str | None = Field(description="Of states and paths.")
    details: dict[str, Any]


class Symbols(BaseModel):
    """The symbol table of a bundle."""

    bundle: str
    standing: Literal["in_use", "candidate"]
    data: list[Symbol]
