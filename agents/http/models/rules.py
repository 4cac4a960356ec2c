"""Remediation rules on the wire."""

from typing import Any

from pydantic import BaseModel, Field

from .common import MOST_REASON, Body


class Rate(BaseModel):
    """How well a rule does."""

    tries: int = Field(description="Of the last 24 hours, drills included.")
    succeeded: int
    ratio: float | None = Field(
        description="Rolling success rate; a part of it is belief until there are 200 results."
    )
    open: bool = Field(description="Whether it repairs now: it is shut below the gate.")
    gate: float = Field(examples=[0.95])


class RuleRow(BaseModel):
    """A rule of the bundle in use."""

    rule: str
    version: int
    order: int = Field(description="Rules work on a trace in this order.")
    subject: str
    codes: list[str]
    auto_remediable: bool = Field(description="False: it proposes, and a person applies.")
    success_rate: float = Field(description="What is believed of it before there are receipts.")
    owner: str
    reason: str
    file: str
    rate: Rate


class RuleList(BaseModel):
    """The rules in the order in which they work."""

    items: list[RuleRow]
    next_cursor: str | None


class RuleDocument(RuleRow):
    """A rule as it was written."""

    document: Any


class ReceiptList(BaseModel):
    """What a rule did, the last first. What was changed is sealed, and not here."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class PreviewRequest(Body):
    """A trace to try the rule on: given as JSON, as text, or by where a raw record lies."""

    trace: Any = Field(None, description="The trace as JSON.")
    text: str | None = Field(None, max_length=200_000, description="The trace as it is, to the last byte.")
    source: str | None = Field(
        None,
        max_length=300,
        description="topic/partition/offset of a raw record: it is opened, which needs the scope `open` and is audited.",
    )
    subject: str | None = Field(
        None, max_length=100, description="What the trace is; else it says so itself."
    )
    tenant: str | None = Field(None, max_length=200, description="Whose it is; else it says so itself.")
    propose: bool = Field(default=False, description="Try a rule that only proposes, too.")
    all_issues: bool = Field(default=False, description="Repair warnings, too, not only what blocks.")
    reason: str = Field("", max_length=MOST_REASON, description="Why; needed with `source`.")


class PreviewAnswer(BaseModel):
    """What would become of the trace, with the values in it."""

    before: list[dict[str, Any]] = Field(
        description="Issues: code, category, severity, blocking, path, message."
    )
    after: list[dict[str, Any]] | None
    rules: list[dict[str, Any]] = Field(
        description="What each rule did: rule, version, codes, result, error, actions."
    )
    patch: list[Any]
    inverse: list[Any]
    outcome: str
    reason: str
    document: dict[str, Any] | None = Field(description="The trace before and after.")
