"""The ``totals:`` of ``policies/business.yaml``: numbers that must agree with others of the trace (S0-17)."""

from collections.abc import Mapping
from typing import Final, TypeVar

from ..core.document import parse_pointer
from ..core.errors import Problem
from ..core.word import Word
from .business_settings import Relation, Source, Total
from .fields import Fields
from .rule_fields import POINTER, entries, number, pointers, refuse_doubles, rule_id

UNITS: Final[Mapping[str, int]] = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}

_KEYS = (
    "name",
    "version",
    "total",
    "relation",
    "of",
    "members",
    "member",
    "unit",
    "tolerance",
    "tolerance_percent",
)
_DURATIONS = frozenset((Source.DURATION, Source.STEP_DURATIONS))

W = TypeVar("W", bound=Word)


def parse_totals(parent: Fields, key: str, problems: list[Problem]) -> tuple[Total, ...]:
    """The totals of the list at ``key``."""
    totals = [_total(fields) for fields in entries(parent, key, _KEYS, problems)]
    found = tuple(total for total in totals if total is not None)
    refuse_doubles(parent, key, [total.rule for total in found])
    return found


def _total(fields: Fields) -> Total | None:
    rule, total = rule_id(fields), fields.text("total", POINTER)
    source = _word(fields, "of", Source)
    relation = _word(fields, "relation", Relation)
    unit = fields.get("unit") if fields.has("unit") else "ms"
    if not isinstance(unit, str) or unit not in UNITS:
        fields.problem("unit", f"{unit!r} is no unit", f"Use one of {', '.join(UNITS)}")
        unit = "ms"
    members = pointers(fields, "members")
    if fields.has("member"):
        member = fields.text("member", POINTER)
        members = () if member is None else (parse_pointer(member),)
    if source is Source.MEMBERS and not members:
        fields.problem("members", "names nothing", "Name the numbers that the total is made of")
    if source is Source.EACH_STEP and len(members) != 1:
        fields.problem("member", "is missing", "Name the number of each step, as /member")
    if source in _DURATIONS and members:
        fields.problem("members", "a duration has none", "Leave it out")
    tolerance = number(fields, "tolerance", 0, 1e15, default=0)
    percent = number(fields, "tolerance_percent", 0, 100, default=0)
    if rule is None or total is None or source is None or relation is None:
        return None
    return Total(
        rule, parse_pointer(total), source, relation, members, UNITS[unit], tolerance or 0, percent or 0
    )


def _word(fields: Fields, key: str, words: type[W]) -> W | None:
    word = fields.get(key)
    if isinstance(word, str) and word in set(words):
        return words(word)
    why = f"{word!r} is not a word for it" if fields.has(key) else "is missing"
    fields.problem(key, why, f"Use one of {', '.join(words)}")
    return None
