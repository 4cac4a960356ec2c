"""The words of a bundle: known trace types, workflow states, tenants, issue codes, field paths (S1-73)."""

from collections.abc import Iterable, Iterator

from assay.pipeline.core.code_words import SENTENCES
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json, format_pointer
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.marked_places import Place, declared_places


def symbols(bundle: Bundle, tenants: Iterable[str]) -> Iterator[dict[str, Json]]:
    """All of them, kind by kind."""
    for name, subject in sorted(bundle.subjects.items()):
        details: dict[str, Json] = {
            "current_version": subject.current_version,
            "versions": [*sorted(subject.schemas)],
            "deprecated": [*sorted(subject.deprecated_versions)],
        }
        for trace_type in sorted(subject.trace_types or {name}):
            yield _symbol("trace_type", trace_type, name, details)
    for name, settings in sorted(bundle.rules.business.subjects.items()):
        for state in settings.states:
            yield _symbol("workflow_state", state, name)
    for tenant in sorted(set(tenants)):
        yield _symbol("tenant", tenant)
    for code in IssueCode:
        policy = bundle.classification[code]
        yield _symbol(
            "issue_code",
            code.value,
            None,
            {
                "severity": policy.severity.value,
                "category": policy.category.value,
                "mode": policy.mode.value,
                "meaning": SENTENCES[code],
            },
        )
    for name, subject in sorted(bundle.subjects.items()):
        for path in sorted(map(_path, declared_places(subject.schemas[subject.current_version]))):
            yield _symbol("field_path", path, name)


def _symbol(
    kind: str, name: str, subject: str | None = None, details: dict[str, Json] | None = None
) -> dict[str, Json]:
    return {"kind": kind, "name": name, "subject": subject, "details": details or {}}


def _path(place: Place) -> str:
    return format_pointer([step if isinstance(step, str) else "*" for step in place])
