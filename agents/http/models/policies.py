"""Policy bundles on the wire."""

from typing import Any

from pydantic import BaseModel, Field

from ..known_bundles import Standing


class Fault(BaseModel):
    """What is wrong with a bundle."""

    where: str
    why: str
    remedy: str


class BundleRow(BaseModel):
    """A bundle that is known here."""

    standing: Standing = Field(description="Also a name for it in paths; a bundle may have several.")
    bundle: str | None = Field(description="Its id; null where its files make none.")
    in_use: bool = Field(description="Whether a worker that starts now would use it.")
    note: str
    published_at: str
    decided_at: str = Field(description="When it was activated or refused; empty for the others.")
    problems: list[Fault]


class BundleList(BaseModel):
    """The bundles that are known: the topic keeps the last word on each standing."""

    items: list[BundleRow]
    next_cursor: str | None


class Change(BaseModel):
    """One thing that is not the same in two bundles."""

    section: str
    place: str
    before: Any
    after: Any
    words: str


class Difference(BaseModel):
    """What changes from one bundle to the other."""

    before: str
    after: str
    changes: list[Change]
