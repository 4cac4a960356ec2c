"""Which files a bundle is made of, and reading each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.document import Json
from .bounds import most_bytes, too_much
from .documents import read_json, read_yaml
from .note import Level, Note
from .places import place_of
from .unreadable import UnreadableError

BINDINGS = "policies/bindings.yaml"
LIMITS = "policies/limits.yaml"
CLASSIFICATION_FILE = "policies/classification.yaml"
TEAMS_FILE = "policies/teams.yaml"
ESCALATION_FILE = "policies/escalation.yaml"
NOTIFICATIONS_FILE = "policies/notifications.yaml"
TASKS_FILE = "policies/tasks.yaml"
QUALITY_FILE = "policies/quality.yaml"
DRILL_FILE = "policies/drill.yaml"
DETECTORS = ("security", "compliance", "business", "performance", "time")
"""Detectors with settings: ``policies/<name>.yaml``."""

NOT_PART = frozenset({"examples", "cases"})
"""Folders beside schemas and rules that no verdict depends on."""

_OWN_RECORDS = "assay"
"""``schemas/assay``: the records that Assay writes; no subject."""
_SCHEMA_ENDINGS = (".json", ".avsc")
_RULE_ENDINGS = (".json", ".yaml")


def rules_file(detector: str) -> str:
    """The file with the settings of a detector."""
    return f"policies/{detector}.yaml"


POLICIES = frozenset(
    {
        BINDINGS,
        LIMITS,
        CLASSIFICATION_FILE,
        TEAMS_FILE,
        ESCALATION_FILE,
        NOTIFICATIONS_FILE,
        TASKS_FILE,
        QUALITY_FILE,
        DRILL_FILE,
        *map(rules_file, DETECTORS),
    }
)


def is_part(path: str) -> bool:
    """Whether a bundle is made of this file, or should be told that it is in the wrong place."""
    steps = path.split("/")
    return steps[:2] != ["schemas", _OWN_RECORDS] and NOT_PART.isdisjoint(steps[:-1])


@dataclass(slots=True)
class BundleFiles:
    """What the files hold, and what is wrong with those that hold nothing."""

    folders: dict[str, dict[str, Json]] = field(default_factory=dict[str, dict[str, Json]])
    """Subject → file name → content."""
    policies: dict[str, Json] = field(default_factory=dict[str, Json])
    """By path."""
    remediation_rules: dict[str, Json] = field(default_factory=dict[str, Json])
    """By path."""
    notes: list[Note] = field(default_factory=list[Note])
    too_much: bool = False
    """Nothing was read: together they are too many, or too large."""

    def documents(self) -> dict[str, Json]:
        """Everything that was read, by path."""
        schemas = {
            f"schemas/{folder}/{name}": document
            for folder, files in self.folders.items()
            for name, document in files.items()
        }
        return {**schemas, **self.policies, **self.remediation_rules}


def read_files(files: Mapping[str, bytes]) -> BundleFiles:
    """Read every file (path → content) that is part of a bundle. Takes seconds at most, whatever they hold."""
    found = BundleFiles()
    parts = {path: data for path, data in sorted(files.items()) if is_part(path)}
    found.notes.extend(too_much(parts))
    found.too_much = bool(found.notes)
    if found.too_much:
        return found
    for path, data in parts.items():
        target, key = _place(found, path)
        if target is None:
            continue
        try:
            target[key] = _read(path, data)
        except UnreadableError as error:
            place = place_of(path, error.at or ())
            found.notes.append(Note(Level.ERROR, path, place, str(error), error.remedy, error.line))
            target.update(_in_its_place(key))
    return found


def _in_its_place(name: str) -> dict[str, Json]:
    """Something harmless for a schema that cannot be read: who refers to it has done nothing wrong."""
    if "/" in name:
        return {}
    return {name: {}} if name.endswith(".json") else {name: "string"} if name.endswith(".avsc") else {}


def _place(found: BundleFiles, path: str) -> tuple[dict[str, Json] | None, str]:
    """Where the content of a file goes, and under which key; nowhere when it is no file of ours."""
    match path.split("/"):
        case ["schemas", folder, name]:
            target, key = found.folders.setdefault(folder, {}), name
            known = name == "subject.yaml" or name.endswith(_SCHEMA_ENDINGS)
        case ["policies", _]:
            target, key, known = found.policies, path, path in POLICIES
        case ["remediation_rules", name]:
            target, key, known = found.remediation_rules, path, name.endswith(_RULE_ENDINGS)
        case _:
            found.notes.append(Note(Level.ERROR, path, "", "is no place for a file", _MOVE))
            return None, ""
    if known:
        return target, key
    found.notes.append(Note(Level.ERROR, path, "", "is not a file that Assay knows", "Remove or rename it"))
    return None, ""


_MOVE = "Move it: docs/reference/policies.md says where files go"


def _read(path: str, data: bytes) -> Json:
    most = most_bytes(path)
    if len(data) > most:
        raise UnreadableError(f"has more than {most} bytes", "Make it smaller, or split it")
    return read_yaml(data) if path.endswith(".yaml") else read_json(data)
