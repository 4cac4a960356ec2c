"""What is to be said of a trace that its schema accepts: an old version, deprecated fields, fields that readers miss."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.marked_places import EACH, Place, declared_places, marked_places
from ..policy.parse_versions import version_order
from ..policy.subject import Subject
from .schema_findings import RULE

_LONGEST: Final = 120


class Remarks:
    """The remarks on documents of one subject and version; made once, called for every trace."""

    __slots__ = ("_age", "_deprecated", "_expected")

    def __init__(self, subject: Subject, version: str) -> None:
        schema = subject.schemas[version]
        self._age = _age(subject, version)
        declared = declared_places(schema)
        self._expected = tuple(
            (tokens, _missing(tokens))
            for tokens in subject.expected
            if tokens in declared  # older versions may not know it
        )
        self._deprecated = marked_places(schema, lambda node: node.get("deprecated") is True)

    def __call__(self, document: Json) -> Sequence[Finding]:
        """At most one finding for the version, and one for every field that is declared deprecated or expected.

        ``null`` counts as absent: producers that write Avro send it so. Never raises.
        """
        missing: list[Finding] | None = None
        for tokens, finding in self._expected:
            here = document
            for token in tokens:
                if type(here) is not dict:
                    break
                here = here.get(token)
            # Where something else stands in the way, that is what is wrong, and the schema says so.
            if here is None:
                missing = [finding] if missing is None else [*missing, finding]
        if missing is None and not self._deprecated:
            return self._age
        return (*self._age, *(missing or ()), *self._used(document))

    def _used(self, document: Json) -> Iterator[Finding]:
        """The first use of each deprecated field."""
        for place, node in self._deprecated:
            path = _first(document, place, 0)
            if path is None:
                continue
            words = node.get("description")
            yield Finding(
                IssueCode.SCHEMA_FIELD_DEPRECATED,
                path=format_pointer(path),
                keyword="deprecated",
                expected=words[:_LONGEST] if isinstance(words, str) else "no such field",
                actual_masked="present",
                rule=RULE,
            )


def merged(
    found: Sequence[Finding], remarks: Sequence[Finding], most: int, blocks: Callable[[IssueCode], bool]
) -> Sequence[Finding]:
    """Errors, then remarks, at most ``most``; blocking ones are kept first.

    That a field is missing is left out where an error already says what is wrong there or above.
    """
    if not remarks:
        return found
    wrong = tuple(f"{finding.path}/" for finding in found)
    every = [
        *found,
        *(
            remark
            for remark in remarks
            if remark.code is not IssueCode.SCHEMA_OPTIONAL_MISSING or not f"{remark.path}/".startswith(wrong)
        ),
    ]
    if len(every) > most:
        every.sort(key=lambda finding: not blocks(finding.code))
    return tuple(every[:most])


def _age(subject: Subject, version: str) -> tuple[Finding, ...]:
    """The finding for a version before the current one. The rule names it: that is the bundle's own word."""
    if version_order(version) >= version_order(subject.current_version):
        return ()  # a later one is on its way to be current
    deprecated = version in subject.deprecated_versions
    return (
        Finding(
            IssueCode.SCHEMA_FIELD_DEPRECATED if deprecated else IssueCode.SCHEMA_VERSION_OUTDATED,
            path=format_pointer(subject.pointers.schema_version or ()),
            expected=f"version {subject.current_version}",
            actual_masked=mask(version),
            rule=f"{subject.name}@{version}",
        ),
    )


def _missing(tokens: tuple[str, ...]) -> Finding:
    return Finding(
        IssueCode.SCHEMA_OPTIONAL_MISSING,
        path=format_pointer(tokens),
        keyword="expected",
        expected="present",
        actual_masked="missing",
        rule=RULE,
    )


def _first(here: Json, place: Place, at: int) -> tuple[str | int, ...] | None:
    """Where the place is first used; ``None`` when it is nowhere, or only ``null``."""
    if at == len(place):
        return None if here is None else ()
    step = place[at]
    if step is EACH:
        for index, element in enumerate(here if isinstance(here, list) else ()):
            below = _first(element, place, at + 1)
            if below is not None:
                return (index, *below)
        return None
    if isinstance(here, dict) and isinstance(step, str) and step in here:
        below = _first(here[step], place, at + 1)
        return None if below is None else (step, *below)
    return None
