"""Is there what explains a trace to its reader, and does it say something (S0-34, S0-35)?"""

from collections.abc import Iterator

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.business_settings import SubjectBusiness
from .view import View, at, is_empty


def metadata_findings(settings: SubjectBusiness, view: View) -> Iterator[Finding]:
    """Members that are missing from an object that is there; a missing object is asked for by its own pointer."""
    for metadata in settings.metadata:
        if metadata.statuses is not None and view.status not in metadata.statuses:
            continue
        for tokens in metadata.fields:
            parent = at(view.document, tokens[:-1])
            value = parent.get(tokens[-1]) if isinstance(parent, dict) else parent
            if isinstance(parent, dict) and is_empty(value):
                yield Finding(
                    IssueCode.BUSINESS_METADATA_MISSING,
                    path=format_pointer(tokens),
                    expected="present",
                    actual_masked="missing" if value is None else mask(value),
                    rule="metadata",
                )


def unclear_findings(settings: SubjectBusiness, steps_at: tuple[str, ...], view: View) -> Iterator[Finding]:
    """Placeholders, in the declared places."""
    unclear = settings.unclear
    for tokens in unclear.fields:
        yield from _unclear(at(view.document, tokens), unclear.words, tokens)
    for index, step in enumerate(view.steps if unclear.step_fields else ()):
        for member in unclear.step_fields if isinstance(step, dict) else ():
            yield from _unclear(at(step, (member,)), unclear.words, (*steps_at, index, member))


def _unclear(value: Json, words: frozenset[str], path: tuple[str | int, ...]) -> Iterator[Finding]:
    if isinstance(value, str) and value in words:
        yield Finding(
            IssueCode.BUSINESS_VALUE_UNCLEAR,
            path=format_pointer(path),
            expected="no placeholder",
            actual_masked=mask(value),
            rule="unclear",
        )
