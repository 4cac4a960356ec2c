"""How the process is."""

from typing import Literal

from pydantic import BaseModel, Field


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class Ready(BaseModel):
    """What it can reach."""

    ready: bool
    kafka: Literal["ok", "unavailable"]
    views: Literal["ok", "degraded"] = Field(description="Degraded: Redis is away; lists are not to be had.")
    open: bool = Field(description="Whether it lets everybody in who is on this machine.")
