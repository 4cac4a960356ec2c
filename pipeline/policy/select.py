"""Which subject and which version of its schema a trace is judged by (DESIGN 6). On the hot path."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from ..core.codes import IssueCode
from ..core.document import Json, format_pointer, lookup
from ..core.headers import SUBJECT
from ..core.issue import Finding
from ..core.masking import mask
from ..core.record import Headers
from .bundle import Binding, Bundle, Subject

_TRACE_TYPE = ("trace_type",)
_MOST_NAMES = 10


class Selected(NamedTuple):
    """What to judge a trace by. A tuple, because one is made for every trace."""

    subject: Subject
    version: str


class Registration(Protocol):
    """What a value's Avro frame says of it: the subject and version that its schema id is registered for."""

    @property
    def subject(self) -> str | None:
        """``None`` for a value without a frame: JSON."""
        ...

    @property
    def schema_version(self) -> str | None: ...


def select(
    bundle: Bundle, binding: Binding, headers: Headers, document: Json, registration: Registration
) -> Selected | Finding:
    """The subject and version of a decoded trace, or what is wrong with the name that it gives.

    The first that is there decides: header ``assay-subject``, the registration of the Avro schema, the
    trace's own type, the topic's default. A name that this bundle or this
    topic does not know is a finding, never a fall to the next: it is not a violation of some other schema.
    Never raises, whatever the document is.
    """
    for key, value in headers:
        if key == SUBJECT:
            name = (value or b"").decode("utf-8", errors="replace")  # Kafka has headers without a value
            found = _by_name(bundle, binding, name, "select.header")
            break
    else:
        if registration.subject is None:
            found = _by_body(bundle, binding, document)
        else:
            found = _by_name(bundle, binding, registration.subject, "select.avro")
    if isinstance(found, Finding):
        return found
    if registration.schema_version is not None and registration.subject == found.name:
        return Selected(found, registration.schema_version)
    tokens = found.pointers.schema_version
    if tokens is None:
        return Selected(found, found.current_version)
    version = (
        document.get(tokens[0]) if len(tokens) == 1 and type(document) is dict else lookup(document, tokens)
    )
    # Absent, or no text at all: the current version's schema says what is wrong with that.
    if not isinstance(version, str):
        return Selected(found, found.current_version)
    if version in found.schemas:
        return Selected(found, version)
    return Finding(
        IssueCode.SCHEMA_VERSION_UNKNOWN,
        path=format_pointer(tokens),
        expected=one_of(found.schemas),
        actual_masked=mask(version),
        rule="select.schema_version",
    )


class Selector:
    """:func:`select` for one topic. What nearly every trace asks for was looked up when this was built."""

    __slots__ = ("_binding", "_bundle", "_known")

    def __init__(self, bundle: Bundle, binding: Binding) -> None:
        self._bundle = bundle
        self._binding = binding
        self._known = {
            trace_type: (subject.pointers.schema_version[0], _versions(subject))
            for trace_type, name in bundle.by_trace_type.items()
            if name in binding.subjects
            and (subject := bundle.subjects[name]).pointers.trace_type == _TRACE_TYPE
            and subject.pointers.schema_version is not None
            and len(subject.pointers.schema_version) == 1
        }
        """Trace type → member that holds the version, and what to select for each version."""

    def __call__(self, headers: Headers, document: Json, registration: Registration) -> Selected | Finding:
        """What :func:`select` says: it is asked unless the body alone decides, and names what is known."""
        if type(document) is dict and registration.subject is None and not _names_subject(headers):
            trace_type = document.get("trace_type")
            known = self._known.get(trace_type) if type(trace_type) is str else None
            if known is not None:
                member, versions = known
                version = document.get(member)
                selected = versions.get(version) if type(version) is str else None
                if selected is not None:
                    return selected
        return select(self._bundle, self._binding, headers, document, registration)


def _names_subject(headers: Headers) -> bool:
    return bool(headers) and SUBJECT in [key for key, _ in headers]


def _versions(subject: Subject) -> Mapping[str, Selected]:
    return {version: Selected(subject, version) for version in subject.schemas}


def one_of(names: Iterable[str]) -> str:
    """``one of a, b, c``: names of ours, in order, at most ten of them."""
    ordered = sorted(names)
    more = len(ordered) - _MOST_NAMES
    return f"one of {', '.join(ordered[:_MOST_NAMES])}" + (f" and {more} more" if more > 0 else "")


def _by_name(bundle: Bundle, binding: Binding, name: str, rule: str) -> Subject | Finding:
    if name in binding.subjects:
        return bundle.subjects[name]
    return _unknown(rule, "", one_of(binding.subjects), name)


def _by_body(bundle: Bundle, binding: Binding, document: Json) -> Subject | Finding:
    if type(document) is dict:
        trace_type = document.get("trace_type")
        if isinstance(trace_type, str):  # by far the most common case, and the cheapest to decide
            name = bundle.by_trace_type.get(trace_type)
            if name is not None and name in binding.subjects:
                subject = bundle.subjects[name]
                if subject.pointers.trace_type == _TRACE_TYPE:
                    return subject
    return _by_any_pointer(bundle, binding, document)


def _by_any_pointer(bundle: Bundle, binding: Binding, document: Json) -> Subject | Finding:
    """Look where each subject of the topic has its trace type: a known type wins over an unknown one."""
    unknown: Finding | None = None
    for tokens, types in _trace_types(bundle, binding).items():
        value = lookup(document, tokens)
        if not isinstance(value, str):
            continue  # absent, or no text: the schema of the default subject says what is wrong with that
        if value in types:
            return bundle.subjects[bundle.by_trace_type[value]]
        unknown = unknown or _unknown("select.trace_type", format_pointer(tokens), one_of(types), value)
    return unknown or bundle.subjects[binding.default_subject]


def _trace_types(bundle: Bundle, binding: Binding) -> dict[tuple[str, ...], set[str]]:
    """Pointer → the types of the topic's subjects that stand there; the default subject's pointer first."""
    types: dict[tuple[str, ...], set[str]] = {}
    for subject in _default_first(bundle, binding):
        if subject.pointers.trace_type is not None:
            types.setdefault(subject.pointers.trace_type, set()).update(subject.trace_types)
    return types


def _default_first(bundle: Bundle, binding: Binding) -> Iterator[Subject]:
    yield bundle.subjects[binding.default_subject]
    yield from (bundle.subjects[name] for name in sorted(binding.subjects - {binding.default_subject}))


def _unknown(rule: str, path: str, expected: str, actual: str) -> Finding:
    return Finding(
        IssueCode.SCHEMA_SUBJECT_UNKNOWN,
        path=path,
        expected=expected,
        actual_masked=mask(actual),
        rule=rule,
    )
