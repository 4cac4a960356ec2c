"""From files to a bundle: everything that is wrong is said at once, and nothing wrong gets in (D-21)."""

from collections.abc import Callable, Mapping
from typing import Any

from ..core.canonical import content_id
from ..core.document import Json
from ..core.errors import ConfigError, Problem
from .bundle import Binding, Bundle, Limits, Rules, Subject
from .business_rules import parse_business
from .classification import CLASSIFICATION
from .compliance_rules import parse_compliance
from .content import bundle_content
from .documents import read_json, read_yaml
from .parse_bindings import parse_bindings
from .parse_classification import parse_classification
from .parse_limits import parse_limits
from .parse_subject import parse_subject
from .performance_rules import parse_performance
from .security_rules import parse_security
from .time_rules import parse_time

BINDINGS = "policies/bindings.yaml"
LIMITS = "policies/limits.yaml"
CLASSIFICATION_FILE = "policies/classification.yaml"

_RULES: Mapping[str, Callable[[str, Json, Mapping[str, Subject], list[Problem]], Any]] = {
    # member of Rules, and name of its file: who reads it
    "security": parse_security,
    "compliance": parse_compliance,
    "business": parse_business,
    "performance": parse_performance,
    "time": parse_time,
}

_OWN_RECORDS = "assay"
"""``schemas/assay``: the records that Assay writes; no subject."""


def load_bundle(files: Mapping[str, bytes]) -> Bundle:
    """The bundle that the files make: keys are paths such as ``schemas/workflow_trace/1.2.0.json``.

    Examples, and the schemas of Assay's own records, are not part of it. The same content gives the same
    ``bundle_id``, whatever the layout of the files. Raises :class:`ConfigError` with every problem found.
    """
    problems: list[Problem] = []
    folders, policies = _sorted(files, problems)
    subjects = {name: parse_subject(name, folder, problems) for name, folder in sorted(folders.items())}
    known = {name: subject for name, subject in subjects.items() if subject is not None}
    by_trace_type = _by_trace_type(known, problems)
    _check_avro_ids(known, problems)
    limits = parse_limits(LIMITS, policies[LIMITS], problems) if LIMITS in policies else Limits()
    bindings = _bindings(policies, frozenset(subjects), problems)
    classification = (
        parse_classification(CLASSIFICATION_FILE, policies[CLASSIFICATION_FILE], problems)
        if CLASSIFICATION_FILE in policies
        else CLASSIFICATION
    )
    documents = {name: policies[path] for name in _RULES if (path := _rules_file(name)) in policies}
    rules = Rules(
        **{
            name: _RULES[name](_rules_file(name), document, known, problems)
            for name, document in documents.items()
        }
    )
    if problems:
        raise ConfigError(problems)
    return Bundle(
        bundle_id=content_id(bundle_content(limits, known, bindings, classification, documents)),
        limits=limits,
        subjects=known,
        bindings=bindings,
        by_trace_type=by_trace_type,
        classification=classification,
        rules=rules,
    )


def _rules_file(name: str) -> str:
    return f"policies/{name}.yaml"


def _bindings(
    policies: Mapping[str, Json], subjects: frozenset[str], problems: list[Problem]
) -> dict[str, Binding]:
    if BINDINGS not in policies:
        if not any(problem.where == BINDINGS for problem in problems):
            problems.append(Problem(BINDINGS, "is missing", "Say which topics carry which subjects"))
        return {}
    return parse_bindings(BINDINGS, policies[BINDINGS], subjects, problems)


def _sorted(
    files: Mapping[str, bytes], problems: list[Problem]
) -> tuple[dict[str, dict[str, Json]], dict[str, Json]]:
    """Parse every file that is part of a bundle: those of each subject by file name, and the policies by path."""
    folders: dict[str, dict[str, Json]] = {}
    policies: dict[str, Json] = {}
    for path, data in sorted(files.items()):
        match path.split("/"):
            case ["schemas", folder, *rest] if folder == _OWN_RECORDS or rest[:1] == ["examples"]:
                continue
            case ["schemas", folder, name]:
                target, key = folders.setdefault(folder, {}), name
            case ["policies", _]:
                target, key = policies, path
            case _:
                problems.append(Problem(path, "is no place for a file", "See docs/reference/subjects.md"))
                continue
        if not _belongs(path, key):
            problems.append(Problem(path, "is not a file that Assay knows", "Remove or rename it"))
            continue
        try:
            target[key] = read_yaml(data) if key.endswith(".yaml") else read_json(data)
        except ValueError as error:
            problems.append(Problem(path, str(error), "Correct the file"))
    return folders, policies


def _belongs(path: str, name: str) -> bool:
    if path.startswith("policies/"):
        return path in {BINDINGS, LIMITS, CLASSIFICATION_FILE, *map(_rules_file, _RULES)}
    return name == "subject.yaml" or name.endswith((".json", ".avsc"))


def _by_trace_type(subjects: Mapping[str, Subject], problems: list[Problem]) -> dict[str, str]:
    by_type: dict[str, str] = {}
    for subject in subjects.values():
        for trace_type in sorted(subject.trace_types):
            other = by_type.setdefault(trace_type, subject.name)
            if other != subject.name:
                problems.append(
                    Problem(
                        f"schemas/{subject.name}/subject.yaml: trace_types",
                        f"{trace_type!r} means subject {other} already",
                        "A trace type means one subject; remove it from one of the two",
                    )
                )
    return by_type


def _check_avro_ids(subjects: Mapping[str, Subject], problems: list[Problem]) -> None:
    owners: dict[int, str] = {}
    for subject in subjects.values():
        for avro in subject.avro:
            where = f"{subject.name} {avro.version}"
            other = owners.setdefault(avro.schema_id, where)
            if other != where:
                problems.append(
                    Problem(
                        f"schemas/{subject.name}/subject.yaml: avro",
                        f"id {avro.schema_id} is used by {other} already",
                        "An id names one schema; give each its own",
                    )
                )
