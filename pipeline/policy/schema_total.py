"""What all schemas of a bundle may come to together: each is compiled when a worker starts."""

from collections.abc import Mapping

from ..core.document import Json
from ..core.errors import Problem
from .references import expanded_schemas, reference_problems, size_fault
from .subschemas import schema_patterns

MAX_SCHEMAS = 100_000
"""With references replaced by their targets; what ships comes to some 500."""
MAX_PATTERNS = 1_000


def without_excess(
    folders: Mapping[str, Mapping[str, Json]], problems: list[Problem]
) -> dict[str, dict[str, Json]]:
    """The files of each subject; a schema past the bounds is a problem, and one that allows everything instead."""
    schemas = patterns = 0
    within: dict[str, dict[str, Json]] = {}
    for folder, files in folders.items():
        within[folder] = dict(files)
        for name, document in files.items():
            if not name.endswith(".json") or size_fault(document) or reference_problems(document):
                continue  # whoever reads the schema says so
            schemas += expanded_schemas(document)
            patterns += sum(1 for _ in schema_patterns(document))
            excess = _excess(schemas, patterns)
            if excess is not None:
                problems.append(
                    Problem(f"schemas/{folder}/{name}", excess, "Remove versions that nobody sends")
                )
                within[folder][name] = {}
    return within


def _excess(schemas: int, patterns: int) -> str | None:
    for what, found, most in (("schemas", schemas, MAX_SCHEMAS), ("patterns", patterns, MAX_PATTERNS)):
        if found > most:
            return f"up to this file the bundle has {found} {what}, more than {most}"
    return None
