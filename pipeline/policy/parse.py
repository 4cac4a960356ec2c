"""From files to a bundle: everything that is wrong is said at once, and nothing wrong gets in (D-21)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.canonical import content_id
from ..core.document import Json
from ..core.errors import ConfigError, Problem
from ..core.team import TEAMS
from .bundle import Binding, Bundle, Limits, Rules, Subject
from .bundle_files import (
    BINDINGS,
    CLASSIFICATION_FILE,
    DRILL_FILE,
    ESCALATION_FILE,
    LIMITS,
    NOTIFICATIONS_FILE,
    QUALITY_FILE,
    TASKS_FILE,
    TEAMS_FILE,
    BundleFiles,
    read_files,
    rules_file,
)
from .business_rules import parse_business
from .classification import CLASSIFICATION
from .compliance_rules import parse_compliance
from .content import bundle_content
from .drill_rules import DrillRules
from .escalation_shipped import SHIPPED
from .note import Level, Note
from .notifications import Notifications
from .parse_bindings import parse_bindings
from .parse_classification import parse_classification
from .parse_drill import parse_drill
from .parse_escalation import parse_escalation
from .parse_limits import parse_limits
from .parse_notifications import parse_notifications
from .parse_quality import parse_quality
from .parse_remediation import parse_remediation_rules
from .parse_subject import parse_subject
from .parse_tasks import parse_tasks
from .parse_teams import parse_teams
from .performance_rules import parse_performance
from .places import located, note_of
from .quality_rules import QualityThresholds
from .schema_total import without_excess
from .security_rules import parse_security
from .task_rules import TaskRules
from .time_rules import parse_time

_RULES: Mapping[str, Callable[[str, Json, Mapping[str, Subject], list[Problem]], Any]] = {
    # member of Rules, and name of its file: who reads it
    "security": parse_security,
    "compliance": parse_compliance,
    "business": parse_business,
    "performance": parse_performance,
    "time": parse_time,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files of a bundle come to."""

    bundle: Bundle
    """As far as it could be made out; not to be used when there are ``notes``."""
    documents: Mapping[str, Json]
    """What could be read of the files, by path."""
    notes: tuple[Note, ...]
    """Everything wrong with it, each an error with its file and line."""


def load_bundle(files: Mapping[str, bytes]) -> Bundle:
    """The bundle that the files make: keys are paths such as ``schemas/workflow_trace/1.2.0.json``.

    Examples, and the schemas of Assay's own records, are not part of it. The same content gives the same
    ``bundle_id``, whatever the layout of the files. Raises :class:`ConfigError` with every problem found. It takes
    seconds at most, whatever is in the files (RELIABILITY, hostile input).
    """
    reading = read_bundle(files)
    if reading.notes:
        raise ConfigError([note.problem() for note in reading.notes])
    return reading.bundle


def read_bundle(files: Mapping[str, bytes]) -> Reading:
    """The same, for whoever wants to know more of a bundle that is wrong. Never raises for what the files hold."""
    found = read_files(files)
    # Readers ask whether a file that is not there was only unreadable.
    problems = [Problem(note.file, note.why, note.remedy) for note in found.notes]
    bundle = _NOTHING if found.too_much else _bundle(found, problems)
    notes = [*found.notes, *map(note_of, problems[len(found.notes) :])]
    if len(notes) > MOST_NOTES:
        more = Note(
            Level.ERROR, "policies", "", f"{len(notes) - MOST_NOTES} more problems", "Correct these first"
        )
        notes[MOST_NOTES:] = [more]
    return Reading(bundle, found.documents(), tuple(located(notes, files)))


MOST_NOTES = 500
"""Problems that are told of; who has these corrected asks again."""
_NOTHING = Bundle(bundle_id="", limits=Limits(), subjects={}, bindings={})


def _bundle(found: BundleFiles, problems: list[Problem]) -> Bundle:
    folders, policies = without_excess(found.folders, problems), found.policies
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
    teams = parse_teams(TEAMS_FILE, policies[TEAMS_FILE], problems) if TEAMS_FILE in policies else TEAMS
    escalation = (
        parse_escalation(ESCALATION_FILE, policies[ESCALATION_FILE], problems)
        if ESCALATION_FILE in policies
        else SHIPPED
    )
    notifications = (
        parse_notifications(NOTIFICATIONS_FILE, policies[NOTIFICATIONS_FILE], problems)
        if NOTIFICATIONS_FILE in policies
        else Notifications()
    )
    tasks = parse_tasks(TASKS_FILE, policies[TASKS_FILE], problems) if TASKS_FILE in policies else TaskRules()
    quality = (
        parse_quality(QUALITY_FILE, policies[QUALITY_FILE], problems)
        if QUALITY_FILE in policies
        else QualityThresholds()
    )
    drill = (
        parse_drill(DRILL_FILE, policies[DRILL_FILE], notifications.channels, problems)
        if DRILL_FILE in policies
        else DrillRules()
    )
    documents = {name: policies[path] for name in _RULES if (path := rules_file(name)) in policies}
    rules = Rules(
        **{
            name: _RULES[name](rules_file(name), document, known, problems)
            for name, document in documents.items()
        }
    )
    remediation = parse_remediation_rules(found.remediation_rules, known, classification, problems)
    content = bundle_content(
        limits=limits,
        subjects=known,
        bindings=bindings,
        classification=classification,
        rules=documents,
        teams=teams,
        escalation=escalation,
        notifications=policies.get(NOTIFICATIONS_FILE),
        tasks=policies.get(TASKS_FILE),
        quality=policies.get(QUALITY_FILE),
        drill=policies.get(DRILL_FILE),
        remediation_rules=found.remediation_rules,
    )
    return Bundle(
        bundle_id="" if problems else content_id(content),
        limits=limits,
        subjects=known,
        bindings=bindings,
        by_trace_type=by_trace_type,
        classification=classification,
        rules=rules,
        teams=teams,
        escalation=escalation,
        notifications=notifications,
        tasks=tasks,
        quality=quality,
        drill=drill,
        remediation_rules=remediation,
    )


def _bindings(
    policies: Mapping[str, Json], subjects: frozenset[str], problems: list[Problem]
) -> dict[str, Binding]:
    if BINDINGS not in policies:
        if not any(problem.where == BINDINGS for problem in problems):
            problems.append(Problem(BINDINGS, "is missing", "Say which topics carry which subjects"))
        return {}
    return parse_bindings(BINDINGS, policies[BINDINGS], subjects, problems)


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
