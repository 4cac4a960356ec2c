"""What ``subject.yaml`` says of versions: which is current, which are deprecated, how one leads to the next, what readers expect."""

import re
from collections.abc import Mapping

from ..core.document import Json, parse_pointer
from ..core.errors import Problem
from .fields import Fields
from .marked_places import declared_places
from .subject import Upgrade

VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
POINTER = re.compile(r"(/([^~/]|~[01])+)+")
RULE = re.compile(r"[a-z][a-z0-9_]{0,62}")
UPGRADE_KEYS = ("from", "to", "rule")


def parse_current(fields: Fields, schemas: Mapping[str, Json]) -> str:
    """Key ``current``: the version of a trace that names none."""
    current = fields.text("current", VERSION)
    if current is not None and current not in schemas:
        fields.problem("current", f"there is no {current}.json", "Add the schema, or name one that is there")
    return current or ""


def parse_deprecated(fields: Fields, schemas: Mapping[str, Json]) -> frozenset[str]:
    """Key ``deprecated``: versions that are still judged, and should not be written any more."""
    deprecated = fields.texts("deprecated", VERSION)
    for version in deprecated:
        if version not in schemas:
            fields.problem("deprecated", f"there is no {version}.json", "Name versions that are there")
        if version == fields.get("current"):
            fields.problem("deprecated", f"{version} is the current version", "Deprecate older ones")
    return frozenset(deprecated)


def parse_expected(fields: Fields, sound: Mapping[str, Json]) -> tuple[tuple[str, ...], ...]:
    """Key ``expected``: pointers to members that the current version declares, and readers miss where they are not (S0-24).

    ``sound``: the schemas that nothing is wrong with.
    """
    schema = sound.get(str(fields.get("current")))
    pointers = fields.texts("expected", POINTER)
    declared = declared_places(schema) if pointers and schema is not None else None
    for pointer in pointers:
        if declared is not None and parse_pointer(pointer) not in declared:
            fields.problem(
                "expected", f"the current version has no member {pointer}", "Declare it, or expect another"
            )
    return tuple(parse_pointer(pointer) for pointer in pointers)


def parse_upgrades(
    fields: Fields, schemas: Mapping[str, Json], problems: list[Problem]
) -> tuple[Upgrade, ...]:
    """Key ``upgrades``: at most one way from each version, and always to a later one, so that it ends."""
    listed = fields.get("upgrades") if fields.has("upgrades") else []
    if not isinstance(listed, list):
        fields.problem("upgrades", "is not a list", "Write one entry per upgrade: from, to, rule")
        return ()
    upgrades: dict[str, Upgrade] = {}
    for index, entry in enumerate(listed):
        upgrade_fields = Fields(fields.place(f"upgrades[{index}]"), entry, UPGRADE_KEYS, problems)
        old = _version(upgrade_fields, "from", schemas)
        new = _version(upgrade_fields, "to", schemas)
        rule = upgrade_fields.text("rule", RULE)
        if old is None or new is None or rule is None:
            continue
        if version_order(new) <= version_order(old):
            upgrade_fields.problem("to", f"{new} is not later than {old}", "Lead from older to newer")
        elif old in upgrades:
            upgrade_fields.problem("from", f"{old} has an upgrade already", "Declare one way from a version")
        else:
            upgrades[old] = Upgrade(from_version=old, to_version=new, rule=rule)
    return tuple(upgrades.values())


def _version(fields: Fields, key: str, schemas: Mapping[str, Json]) -> str | None:
    version = fields.text(key, VERSION)
    if version is not None and version not in schemas:
        fields.problem(key, f"there is no {version}.json", "Name a version that is there")
        return None
    return version


def version_order(version: str) -> tuple[int, ...]:
    """What sorts versions from old to new."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
