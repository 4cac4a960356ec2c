"""Ordinary text and ordinary values: what most of a trace is."""

from random import Random
from typing import Final

from ...core.document import Json
from .case import Half
from .draw import HEX, letters, pick

_WHO: Final = ("the agent", "the second reviewer", "our supplier", "the customer", "the night shift", "a colleague", "the planner", "the warehouse", "the translator")  # fmt: skip
_DID: Final = ("checked", "postponed", "confirmed", "compared", "corrected", "forwarded", "summarised", "rejected", "archived")  # fmt: skip
_WHAT: Final = ("the delivery note", "both invoices", "the draft contract", "the seat map", "the stock list", "a late refund", "the weekly plan", "the address label", "two open claims")  # fmt: skip
_WHEN: Final = ("this morning", "after a short call", "without any change", "for the third time", "before the deadline", "as the policy says", "while the line was busy")  # fmt: skip
_PATTERNS: Final = (
    "{Who} {did} {what} {when}.",
    "{Who} {did} {what}, and {who2} {did2} {what2} {when}.",
    "We waited {n} minutes until {who} {did} {what}.",
    "Step {n} of {m}: {who} {did} {what} {when}!",
    "Total: {n}.{m2} EUR for {what}; {who} {did} it {when}.",
    "## {Who}\n\n- {did} {what}\n- {did2} {what2} ({n} %)\n",
    "Q: who {did} {what}? A: {who}, {when}.",
    '{{"done": true, "items": {n}, "by": "{who}"}}',
    "It was {h}:{m2} when {who} {did} {what}; {m} of {total} were left.",
    "SELECT name, price FROM stock WHERE shelf = {n} ORDER BY price DESC LIMIT {m};",
    "def total(rows):\n    return sum(row.price * {n} for row in rows if row.kind == '{word}')",
    "GET /v2/orders/{n}/items?page={m}&sort=desc HTTP/1.1",
    "Bitte prüfen: {n} Stück fehlen auf Palette {m}, {word} liegt bei.",
    "Il manque {n} pièces sur la palette {m}, voir {word}.",
    "{n} visitors, {m} of them new, {total} pages; mean {n}.{m2} s.",
)  # fmt: skip


def clean_text(rng: Random, half: Half) -> str:
    """One to four sentences about nothing personal."""
    return " ".join(_sentence(rng, half) for _ in range(rng.randint(1, 4)))


def clean_value(rng: Random, half: Half) -> tuple[str, Json]:
    """A member with an ordinary value: its name and the value."""
    number = rng.randint(0, 5000)
    members: tuple[tuple[str, Json], ...] = (
        ("took_ms", number),
        ("score", round(rng.random(), 4)),
        ("status", rng.choice(("completed", "failed", "running"))),
        ("attempt", rng.randint(1, 4)),
        ("step_id", f"s{rng.randint(1, 12)}"),
        ("trace_id", letters(rng, HEX, 32)),
        (
            "started_at",
            f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T0{rng.randint(0, 9)}:14:0{rng.randint(0, 9)}.{number:06d}Z",
        ),
        ("accepted", rng.random() < 0.5),
        ("error", None),
        ("tags", [rng.choice(("nightly", "bulk", "retry")), f"batch-{number}"]),
        ("summary", _sentence(rng, half)),
    )
    return rng.choice(members)


def _sentence(rng: Random, half: Half) -> str:
    who = pick(rng, _WHO, half)
    return pick(rng, _PATTERNS, half).format(
        Who=who.capitalize(),
        who=who,
        who2=pick(rng, _WHO, half),
        did=pick(rng, _DID, half),
        did2=pick(rng, _DID, half),
        what=pick(rng, _WHAT, half),
        what2=pick(rng, _WHAT, half),
        when=pick(rng, _WHEN, half),
        word=pick(rng, ("gasket", "lantern", "bracket", "filter"), half),
        h=rng.randint(0, 23),
        n=rng.randint(2, 90),
        m=rng.randint(2, 900),
        m2=f"{rng.randint(10, 59)}",
        total=rng.randint(1000, 90000),
    )
