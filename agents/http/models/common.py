"""What all resources share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_REASON = 500
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_REASON),
    Field(description="Why; it is kept on the audit log, and shown. No values of traces."),
]
Fingerprint = Annotated[
    str, StringConstraints(pattern="^[0-9a-f]{16}$"), Field(description="The identity of a problem.")
]
Moment = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z$"),
    Field(description="RFC 3339 with nine digits, UTC.", examples=["2026-05-04T09:30:00.000000000Z"]),
]


class Body(BaseModel):
    """What a request brings: members that nobody knows are a mistake, and are said to be one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Change(Body):
    """Every change has a reason."""

    reason: Reason


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    key: str = Field(description="The parameter or member.")
    why: str
    remedy: str


class ProblemDocument(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(examples=["urn:assay:problem:not_found"])
    title: str
    status: int
    detail: str = Field(description="A sentence; it never holds a value that came in.")
    errors: list[Fault]
