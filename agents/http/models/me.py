"""Who asks, on the wire."""

from pydantic import BaseModel, Field

from assay.agents.api_keys.role import Role, Scope


class Me(BaseModel):
    """Whose key it is, and what it is good for. The API decides for each request; this is for showing."""

    name: str
    role: Role
    tenant: str = Field(description="Whose data alone is there; empty = everybody's.")
    scopes: list[Scope]
    may_open: bool = Field(description="Whether sealed traces may be opened with it, here.")
