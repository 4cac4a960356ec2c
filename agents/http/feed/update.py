"""A change of an issue group as it goes to clients: written once, however many there are."""

from dataclasses import dataclass
from typing import Any

import orjson

from assay.pipeline.core.issue import Category, Severity

from ..repository import PEOPLES_SIDE
from ..shapes.issues import group_row


@dataclass(frozen=True, slots=True)
class Update:
    """A group's new state."""

    severity: Severity
    category: Category
    tenants: frozenset[str]
    text: str
    """The group for those who work here, as JSON."""
    own_text: str
    """The group for the tenant whose it is: without what people here wrote."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client wants to hear of. What is empty lets all through."""

    severities: frozenset[Severity] = frozenset()
    categories: frozenset[Category] = frozenset()
    tenant: str = ""
    """Only groups in which this tenant is."""
    whose: str = ""
    """The client is this tenant: it hears of groups that are its own alone."""

    def text_of(self, update: Update) -> str | None:
        """What the client is told; ``None`` for nothing."""
        if self.severities and update.severity not in self.severities:
            return None
        if self.categories and update.category not in self.categories:
            return None
        if self.tenant and self.tenant not in update.tenants:
            return None
        if not self.whose:
            return update.text
        return update.own_text if update.tenants == {self.whose} else None


def update_of(state: bytes | None, now_s: int) -> Update | None:
    """The update of a record of ``quality.issue_groups``; ``None`` for one that nobody can read, or that ends a group."""
    try:
        group: dict[str, Any] = orjson.loads(state or b"")
        severity, category = Severity(group["severity"]), Category(group["category"])
        tenants = frozenset(str(each["tenant_id"]) for each in group["tenants"])
        text = _text(group, now_s)
        own = _text({name: each for name, each in group.items() if name not in PEOPLES_SIDE}, now_s)
    except (ValueError, KeyError, TypeError):
        return None
    return Update(severity, category, tenants, text, own)


def _text(group: dict[str, Any], now_s: int) -> str:
    return orjson.dumps(group_row(group, now_s)).decode()
