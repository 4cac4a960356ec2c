"""The story of a trace on the wire."""

from pydantic import BaseModel, ConfigDict, Field

from assay.pipeline.investigate.told import Chapter


class TryDocument(BaseModel):
    """One raw record of the trace."""

    source: str
    root: str = Field(description="Of its first try.")
    attempt: int
    tenant_id: str
    outcome: str = Field(description="Empty while it is on its way.")


class ToldDocument(BaseModel):
    """One thing that happened; further members depend on what it is."""

    model_config = ConfigDict(extra="allow")

    at: str
    what: Chapter
    source: str = Field(description="The raw record that it is about; empty for what is about the problem.")
    tenant_id: str
    attempt: int
    text: str
    record: str = Field(description="topic/partition/offset of the record that says so.")


class StoryDocument(BaseModel):
    """All that is known of a trace, in order of time; nothing in it is a value of the trace."""

    trace: str
    tenants: list[str]
    tries: list[TryDocument]
    story: list[ToldDocument]
    searched: list[str] = Field(description="How far back was looked, and what could not be asked.")
