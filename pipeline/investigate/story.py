"""The story of a trace: all that was found of it, in order of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..core.document import Json
from .told import BY_SOURCE_TIME, ORDER, OUTCOMES, Chapter, Told


@dataclass(frozen=True, slots=True)
class Try:
    """One raw record of the trace, and what became of it."""

    source: str
    root: str
    attempt: int
    tenant: str
    outcome: str
    """Empty while it is on its way."""

    def document(self) -> dict[str, Json]:
        """Its JSON form."""
        return {
            "source": self.source,
            "root": self.root,
            "attempt": self.attempt,
            "tenant_id": self.tenant,
            "outcome": self.outcome,
        }


@dataclass(frozen=True, slots=True)
class Story:
    """What was found, and where it was looked for."""

    named: str
    tries: tuple[Try, ...]
    told: tuple[Told, ...]
    looked: tuple[str, ...] = ()
    """What a reader must know of the search: how far back it went, what could not be asked."""

    @property
    def tenants(self) -> list[str]:
        """Whose traces they are."""
        return sorted({each.tenant for each in self.tries})

    def document(self) -> dict[str, Json]:
        """Its JSON form."""
        return {
            "trace": self.named,
            "tenants": [*self.tenants],
            "tries": [each.document() for each in self.tries],
            "story": [each.document() for each in self.told],
            "searched": [*self.looked],
        }


def in_order(found: Iterable[Told]) -> list[Told]:
    """By time. What carries the time of its trace stands behind what it follows from, at the time of that."""
    own: dict[str, str] = {}
    placed = []
    for each in sorted(found, key=lambda told: (ORDER[told.chapter], told.where)):
        at = each.at
        if each.chapter in BY_SOURCE_TIME and each.source:
            at = max(at, own.get(each.source, ""))
            each = replace(each, at=at)  # noqa: PLW2901 - the same thing, at its place
        if each.source and ORDER[each.chapter] <= ORDER[Chapter.DEAD_LETTERED]:
            own[each.source] = max(at, own.get(each.source, ""))
        placed.append(each)
    return sorted(placed, key=lambda told: (told.at, ORDER[told.chapter], told.where))


def tries_of(found: Sequence[Told]) -> list[Try]:
    """The raw records that were told of, oldest try first."""
    tries: dict[str, Try] = {}
    for each in found:
        if not each.source or each.chapter is Chapter.REPLAY:
            continue
        known = tries.get(each.source) or Try(each.source, each.root, each.attempt, each.tenant, "")
        outcome = each.chapter.value if each.chapter in OUTCOMES else known.outcome
        tries[each.source] = replace(
            known,
            root=known.root if known.root != known.source else each.root or known.root,
            attempt=max(known.attempt, each.attempt),
            tenant=known.tenant if known.tenant not in {"", "none"} else each.tenant,
            outcome="retracted" if each.chapter is Chapter.RETRACTED else outcome,
        )
    return sorted(tries.values(), key=lambda each: (each.root, each.attempt, each.source))


def of_tenant(found: Iterable[Told], tenant: str) -> list[Told]:
    """Only what is that tenant's: another's traces are not there (DESIGN 9)."""
    told = [*found]
    ours = {each.source for each in tries_of(told) if each.tenant == tenant}
    return [each for each in told if each.source in ours or (not each.source and each.tenant in {"", tenant})]
