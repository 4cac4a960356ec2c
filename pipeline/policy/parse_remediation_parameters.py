"""Key ``parameters`` of a remediation rule: the values that its owner declares (D-10, S0-136)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..core.document import Json, parse_pointer
from ..core.errors import Problem
from .fields import Fields, closest
from .named import named_entries
from .quoted import quoted
from .remediation_steps import (
    Alias,
    Clamp,
    Default,
    Parameters,
    Range,
    Step,
    Time,
    Tokens,
    Unit,
)
from .rule_fields import NAME, POINTER, mapping, number

KEYS: Final = ("field_defaults", "aliases", "ranges", "zones", "units")
_USED_BY: Final = {
    "field_defaults": Default,
    "aliases": Alias,
    "ranges": Clamp,
    "zones": Time,
    "units": Time,
}
_NEEDED: Final = ("field_defaults", "aliases", "ranges")
"""Parameters without which the step that reads them can do nothing."""
_OFFSET: Final = re.compile(r"([+-])([01][0-9]|2[0-3]):([0-5][0-9])")
_HUGE: Final = 1e308


def parse_parameters(parent: Fields, steps: Sequence[Step], problems: list[Problem]) -> Parameters:
    """What the steps read. What no step reads is a problem, and what a step needs and is not there."""
    given = parent.get("parameters") if parent.has("parameters") else {}
    fields = Fields(parent.place("parameters"), given, KEYS, problems)
    for key, kind in _USED_BY.items():
        used = any(isinstance(step, kind) for step in steps)
        if fields.has(key) and not used:
            fields.problem(key, "is read by no step", "Add the step, or remove it")
        elif used and key in _NEEDED and not fields.has(key):
            fields.problem(key, "is missing", f"The step {kind.__name__.lower()} needs it")
    return Parameters(
        field_defaults={tokens: value for _, tokens, value in _by_place(fields, "field_defaults")},
        aliases=_aliases(fields),
        ranges=_ranges(fields, problems),
        zones=_zones(fields),
        units=_units(fields),
    )


def _by_place(fields: Fields, key: str) -> Iterator[tuple[str, Tokens, Json]]:
    """Each place under ``key``: as written, its tokens, what stands there."""
    for pointer, value in mapping(fields, key).items():
        if POINTER.fullmatch(pointer):
            yield pointer, parse_pointer(pointer), value
        else:
            fields.problem(
                f"{key}.{pointer}", "is not a JSON Pointer", "Write it as /member/member, * for any index"
            )


def _aliases(fields: Fields) -> Mapping[Tokens, Mapping[str, Json]]:
    found: dict[Tokens, Mapping[str, Json]] = {}
    for pointer, tokens, table in _by_place(fields, "aliases"):
        if isinstance(table, dict) and table:
            found[tokens] = table
        else:
            fields.problem(f"aliases.{pointer}", "is not a mapping", "Write it as what came: what is meant")
    return found


def _ranges(fields: Fields, problems: list[Problem]) -> Mapping[Tokens, Range]:
    found: dict[Tokens, Range] = {}
    for pointer, entry in named_entries(fields, "ranges", ("low", "high", "slack"), problems):
        low, high = number(entry, "low", -_HUGE, _HUGE), number(entry, "high", -_HUGE, _HUGE)
        slack = number(entry, "slack", 0, _HUGE)
        if low is None or high is None or slack is None:
            continue
        if low > high:
            entry.problem("low", f"{low} is more than high, {high}", "Swap the two")
        elif POINTER.fullmatch(pointer):
            found[parse_pointer(pointer)] = Range(low, high, slack)
        else:
            entry.problem("", "is not a JSON Pointer", "Write it as /member/member, * for any index")
    return found


def _zones(fields: Fields) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for producer, text in mapping(fields, "zones").items():
        offset = _OFFSET.fullmatch(text) if isinstance(text, str) else None
        if offset is None or not NAME.fullmatch(producer):
            why = f"{quoted(text)} is no offset"
            fields.problem(f"zones.{producer}", why, "Write it in quotes, as '+02:00'")
        else:
            minutes = int(offset[2]) * 60 + int(offset[3])
            found[producer] = -minutes if offset[1] == "-" else minutes
    return found


def _units(fields: Fields) -> Mapping[Tokens, Unit]:
    found: dict[Tokens, Unit] = {}
    words = [unit.value for unit in Unit]
    for pointer, tokens, word in _by_place(fields, "units"):
        if isinstance(word, str) and word in words:
            found[tokens] = Unit(word)
        else:
            fields.problem(f"units.{pointer}", f"{quoted(word)} is no unit", closest(str(word), words))
    return found
