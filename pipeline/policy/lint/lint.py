"""The table of lints, and running them on the files of a bundle."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from ...core.document import Json
from ..bundle import Bundle, Subject
from ..bundle_files import BINDINGS, CLASSIFICATION_FILE, ESCALATION_FILE, NOTIFICATIONS_FILE
from ..note import Note
from ..parse import MOST_NOTES, Reading, read_bundle
from ..places import located
from .bindings import strange_tenants, unbound_subjects
from .classification import rows_without_effect
from .escalation import doubtful_chains
from .notifications import unheard_roles, values_that_leave
from .patterns import refused_patterns
from .remediation import rules_without_subject, upgrades_to_nowhere, writes_outside_schemas
from .schemas import doubled_versions, pointers_to_nothing, unreachable_versions

Lint: TypeAlias = Callable[[Bundle, Mapping[str, Json]], Iterator[Note]]
"""Looks at a bundle and at what its files (by path) hold; notes need no line. Never raises for what they hold."""


class LintRow(NamedTuple):
    """A lint, and the files that it must be able to rely on: it is left out while one of them has errors."""

    lint: Lint
    needs: tuple[str, ...] = ()


LINTS: tuple[LintRow, ...] = (
    LintRow(unbound_subjects, (BINDINGS,)),
    LintRow(strange_tenants, (BINDINGS,)),
    LintRow(unreachable_versions),
    LintRow(doubled_versions),
    LintRow(pointers_to_nothing),
    LintRow(rows_without_effect, (CLASSIFICATION_FILE,)),
    LintRow(doubtful_chains, (ESCALATION_FILE,)),
    LintRow(unheard_roles, (NOTIFICATIONS_FILE, ESCALATION_FILE)),
    LintRow(values_that_leave, (NOTIFICATIONS_FILE,)),
    LintRow(refused_patterns),
    LintRow(rules_without_subject),
    LintRow(writes_outside_schemas),
    LintRow(upgrades_to_nowhere),
)


def lint(files: Mapping[str, bytes]) -> tuple[Reading, list[Note]]:
    """The bundle of these files, and everything to say of it by file and line: what loading refuses, and more."""
    reading = read_bundle(files)
    if len(reading.notes) > MOST_NOTES:
        return reading, [*reading.notes]
    broken = {note.file for note in reading.notes}
    bundle = replace(reading.bundle, subjects=_whole(reading.bundle, broken))
    documents = {path: document for path, document in reading.documents.items() if path not in broken}
    more = [note for row in LINTS if broken.isdisjoint(row.needs) for note in row.lint(bundle, documents)]
    notes = [*reading.notes, *located(more, files)]
    return reading, sorted(notes, key=lambda note: (note.file, note.line or 0, note.place))


def _whole(bundle: Bundle, broken: set[str]) -> dict[str, Subject]:
    """The subjects with nothing wrong in their folders: of others it is not clear what was meant."""
    return {
        name: subject
        for name, subject in bundle.subjects.items()
        if not any(file.startswith(f"schemas/{name}/") for file in broken)
    }
