"""The audit log on the wire."""

from pydantic import BaseModel, Field

from assay.pipeline.core.audit_chain import Tampering


class EntryDocument(BaseModel):
    """Who did what and why. Nothing in it is a value of a trace."""

    seq: int
    at: str = Field(description="RFC 3339, nine digits.")
    actor: str = Field(examples=["ada (key 0a1b2c3d4e5f)"])
    action: str = Field(examples=["quarantine.open"])
    target: str
    reason: str
    prev: str = Field(description="SHA-256 of the entry before it.")
    offset: int


class EntryList(BaseModel):
    """A page of entries, the newest first. It may be short, or empty, and not be the last."""

    items: list[EntryDocument]
    next_cursor: str | None


class ChainEnd(BaseModel):
    """The last entry."""

    seq: int
    hash: str


class TamperingDocument(BaseModel):
    """One thing that is wrong with the log."""

    kind: Tampering
    seq: int
    offset: int | None = Field(description="Null: behind the last one.")
    why: str


class Verification(BaseModel):
    """Whether the log is whole, by itself and by what this machine saw written."""

    ok: bool
    entries: int
    last: ChainEnd | None
    findings: list[TamperingDocument]
    checked_at: str
