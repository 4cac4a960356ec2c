"""``policies/tasks.yaml``: types, priorities and the rota of manual tasks."""

import re
from collections.abc import Mapping

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.errors import Problem
from ..core.issue import Category, Severity
from ..core.team import Team
from .fields import Fields
from .task_rules import PRIORITIES, TYPES, Priority, TaskRules

KEYS = ("types", "priorities", "urgent_tenants", "rota", "links")
LINKS = ("dashboard", "documentation")
WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}")
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
LINK = re.compile(r"https?://[!-~]{1,1024}")


def parse_tasks(where: str, document: Json, problems: list[Problem]) -> TaskRules:
    """What the file says; what it leaves out is as it ships. Every wrong thing in it is a problem."""
    fields = Fields(where, document, KEYS, problems)
    links = _rows(fields, "links", LINKS, problems)
    return TaskRules(
        types={**TYPES, **_types(fields, problems)},
        priorities={**PRIORITIES, **_priorities(fields, problems)},
        urgent_tenants=frozenset(fields.texts("urgent_tenants", TENANT)),
        rota=_rota(fields, problems),
        dashboard=_link(links, "dashboard"),
        documentation=_link(links, "documentation"),
    )


def _rows(fields: Fields, key: str, known: tuple[str, ...], problems: list[Problem]) -> Fields:
    document = fields.get(key) if fields.has(key) else {}
    return Fields(fields.place(key), document, known, problems)


def _types(fields: Fields, problems: list[Problem]) -> Mapping[str, str]:
    families = [code.family for code in IssueCode]
    known = tuple(dict.fromkeys(str(name) for name in (*Category, *families, *IssueCode)))
    rows = _rows(fields, "types", known, problems)
    found = {name: rows.text(name, WORD) for name in known if rows.has(name)}
    return {name: word for name, word in found.items() if word is not None}


def _priorities(fields: Fields, problems: list[Problem]) -> Mapping[Severity, Priority]:
    rows = _rows(fields, "priorities", tuple(Severity), problems)
    found = {severity: rows.word(severity, Priority) for severity in Severity if rows.has(severity)}
    return {severity: priority for severity, priority in found.items() if priority is not None}


def _rota(fields: Fields, problems: list[Problem]) -> Mapping[Team, tuple[str, ...]]:
    rows = _rows(fields, "rota", tuple(Team), problems)
    return {team: people for team in Team if rows.has(team) and (people := rows.texts(team, PERSON))}


def _link(links: Fields, key: str) -> str:
    return (links.text(key, LINK) or "") if links.has(key) else ""
