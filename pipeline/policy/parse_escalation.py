"""``policies/escalation.yaml``: who is called when. What could leave a critical problem unheard is refused."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from ..core.document import Json
from ..core.errors import Problem
from ..core.issue import Category, Severity
from .escalation import (
    PLACEHOLDERS,
    VOLUME_PLACEHOLDERS,
    Chain,
    ChainStep,
    Confirm,
    EscalationLevel,
    EscalationMatrix,
    Role,
    VolumeRule,
)
from .escalation_shipped import SHIPPED
from .fields import Fields, closest
from .named import named_entries
from .quoted import quoted
from .rule_fields import entries

KEYS = ("roles", "chains", "overlays", "volume")
ROLE_KEYS = ("level", "confirm")
CHAIN_KEYS = ("version", "steps")
STEP_KEYS = ("after", "roles", "level", "reason", "confirm", "ask", "because")
VOLUME_KEYS = ("version", "more_than", "within", "roles", "level", "reason")

ROLE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
SENTENCE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,300}")
DURATION: Final = re.compile(r"(0|[1-9][0-9]{0,5})([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
MAX_ROLES: Final = 64
MAX_STEPS: Final = 20
"""Of one chain: its state is one record."""
MAX_S: Final = 30 * 86_400
"""Thirty days: who has not reacted until then is not reached this way."""
MAX_VERSION: Final = 1_000_000


def parse_escalation(where: str, document: Json, problems: list[Problem]) -> EscalationMatrix:
    """The matrix: what the file names in place of :data:`SHIPPED`."""
    fields = Fields(where, document, KEYS, problems)
    roles = _roles(fields, problems)
    reader = _Reader(roles, problems)
    chains, overlays = dict(SHIPPED.chains), dict(SHIPPED.overlays)
    if fields.has("chains"):
        rows = Fields(fields.place("chains"), fields.get("chains"), tuple(Severity), problems)
        chains |= {severity: reader.chain(rows, severity) for severity in Severity if rows.has(severity)}
        _check_critical(rows, chains[Severity.CRITICAL])
    if fields.has("overlays"):
        rows = Fields(fields.place("overlays"), fields.get("overlays"), tuple(Category), problems)
        overlays |= {category: reader.chain(rows, category) for category in Category if rows.has(category)}
    volume = reader.volume(fields) if fields.has("volume") else SHIPPED.volume
    return EscalationMatrix(roles, chains, overlays, volume)


def _roles(fields: Fields, problems: list[Problem]) -> dict[str, Role]:
    """The roles that ship, and those of the file."""
    roles = dict(SHIPPED.roles)
    for name, entry in named_entries(fields, "roles", ROLE_KEYS, problems):
        if not ROLE_NAME.fullmatch(name):
            entry.problem("", f"{quoted(name)} is no name of a role", f"Names match {ROLE_NAME.pattern}")
            continue
        level = entry.word("level", EscalationLevel)
        confirm = entry.word("confirm", Confirm) if entry.has("confirm") else Confirm.NOT_NEEDED
        roles[name] = Role(level or EscalationLevel.RESPONDER, confirm or Confirm.REQUIRED)
    if len(roles) > MAX_ROLES:
        fields.problem("roles", f"has more than {MAX_ROLES} roles", "Remove some")
        return dict(SHIPPED.roles)
    return roles


class _Reader:
    """Reads chains that call these roles."""

    def __init__(self, roles: Mapping[str, Role], problems: list[Problem]) -> None:
        self._roles = roles
        self._problems = problems

    def chain(self, rows: Fields, name: Severity | Category) -> Chain:
        fields = Fields(rows.place(name), rows.get(name), CHAIN_KEYS, self._problems)
        version = fields.integer("version", 1, MAX_VERSION)
        listed = fields.get("steps")
        if not fields.has("steps"):
            fields.problem("steps", "is missing", "List the steps, or write steps: [] to call nobody")
        if isinstance(listed, list) and len(listed) > MAX_STEPS:
            fields.problem("steps", f"has {len(listed)} steps", f"Use at most {MAX_STEPS}")
            return Chain(name.value, 0, ())
        read = [self._step(entry) for entry in entries(fields, "steps", STEP_KEYS, self._problems)]
        steps = tuple(step for step in read if step is not None)
        for index, (before, after) in enumerate(pairwise(steps), 1):
            if len(steps) == len(read) and after.after_s < before.after_s:
                fields.problem(
                    f"steps[{index}].after", "is earlier than the step before", "Order steps by their times"
                )
        return Chain(name.value, version or 0, steps)

    def _step(self, fields: Fields) -> ChainStep | None:
        after_s = _duration(fields, "after", 0)
        roles = self._called(fields, "roles")
        level = self._level(fields, roles)
        reason = _reason(fields, PLACEHOLDERS)
        by_role = any(role in self._roles and self._roles[role].confirm is Confirm.REQUIRED for role in roles)
        confirm: Confirm | None = Confirm.REQUIRED if by_role else Confirm.NOT_NEEDED
        if fields.has("confirm"):
            confirm = fields.word("confirm", Confirm)
        ask = self._called(fields, "ask") if fields.has("ask") else ()
        if confirm is Confirm.REQUIRED and not ask:
            fields.problem(
                "ask" if fields.has("ask") else "",
                "needs a confirmation, and nobody is asked for it",
                "Name in ask who may say yes, or write confirm: not_needed and because",
            )
        if confirm is Confirm.NOT_NEEDED and ask:
            fields.problem("ask", "asks for a confirmation that is not needed", "Remove it, or confirm")
        because = fields.text("because", SENTENCE) if fields.has("because") else ""
        if None in {after_s, confirm} or not roles:
            return None
        assert after_s is not None
        assert confirm is not None
        return ChainStep(after_s, roles, level, reason, confirm, ask, because or "")

    def volume(self, fields: Fields) -> VolumeRule | None:
        """``volume: null`` switches it off."""
        if fields.get("volume") is None:
            return None
        row = Fields(fields.place("volume"), fields.get("volume"), VOLUME_KEYS, self._problems)
        version = row.integer("version", 1, MAX_VERSION)
        more_than = row.integer("more_than", 1, 1_000_000)
        within_s = _duration(row, "within", 60, 86_400)
        roles = self._called(row, "roles")
        level = self._level(row, roles)
        reason = _reason(row, VOLUME_PLACEHOLDERS)
        if version is None or more_than is None or within_s is None:
            return None
        return VolumeRule(version, more_than, within_s, roles, level, reason)

    def _called(self, fields: Fields, key: str) -> tuple[str, ...]:
        names = fields.texts(key, ROLE_NAME)
        if not names:
            fields.problem(key, "names nobody", "Name at least one role")
        for name in names:
            if name not in self._roles:
                fields.problem(key, f"{quoted(name)} is no role", closest(name, sorted(self._roles)))
        return names

    def _level(self, fields: Fields, roles: Sequence[str]) -> EscalationLevel:
        level = fields.word("level", EscalationLevel) if fields.has("level") else None
        known = [self._roles[role].level for role in roles if role in self._roles]
        return level or max(known, key=lambda each: each.rank, default=EscalationLevel.RESPONDER)


def _check_critical(rows: Fields, chain: Chain) -> None:
    first = chain.steps[0] if chain.steps else None
    if first is None or first.after_s > 0 or first.confirm is Confirm.REQUIRED:
        rows.problem(
            f"{Severity.CRITICAL}.steps",
            "calls nobody at once",
            "Begin with a step at 0s that needs no confirmation: critical means now",
        )


def _reason(fields: Fields, known: frozenset[str]) -> str:
    reason = fields.text("reason", SENTENCE) or ""
    for name in _PLACEHOLDER.findall(reason):
        if name not in known:
            fields.problem(
                "reason", f"{quoted(name)} is nothing that can be filled in", closest(name, sorted(known))
            )
    if "{" in _PLACEHOLDER.sub("", reason) or "}" in _PLACEHOLDER.sub("", reason):
        fields.problem("reason", "has a brace without its other half", "Write {name}, or leave it out")
    return reason


def _duration(fields: Fields, key: str, least_s: int, most_s: int = MAX_S) -> int | None:
    """Seconds, of a text such as ``15m``."""
    text = fields.text(key, DURATION)
    if text is None:
        return None
    seconds = int(text[:-1]) * _SECONDS[text[-1]]
    if least_s <= seconds <= most_s:
        return seconds
    fields.problem(
        key, f"{quoted(text)} is out of range", f"Choose {least_s}s to {most_s // 3600}h, in s, m, h or d"
    )
    return None
