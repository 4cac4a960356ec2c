"""Lints of ``policies/bindings.yaml``."""

from collections.abc import Iterator, Mapping

from ...core.document import Json
from ..bundle import Bundle
from ..bundle_files import BINDINGS
from ..note import Level, Note

_RAW = "traces.raw."
"""What the topic of one tenant begins with (DESIGN 9)."""


def unbound_subjects(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """A subject that no topic carries: its schemas and its rules are never asked."""
    del documents
    carried = {name for binding in bundle.bindings.values() for name in binding.subjects}
    for name in sorted(set(bundle.subjects) - carried):
        yield Note(
            Level.ERROR,
            f"schemas/{name}/subject.yaml",
            "subject",
            "is unreachable: no topic carries it",
            f"Add it to the subjects of a topic in {BINDINGS}, or remove its folder",
        )


def strange_tenants(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """A topic that is named after another tenant than it belongs to."""
    del bundle
    for index, tenant, named in _private_topics(documents):
        if tenant not in {named, *named.split(".")}:
            yield Note(
                Level.ERROR,
                BINDINGS,
                f"bindings[{index}].tenant",
                f"contradicts the topic: its name says {named}, the binding {tenant}",
                "Name the topic after its tenant, or correct the tenant",
            )


def _private_topics(documents: Mapping[str, Json]) -> Iterator[tuple[int, str, str]]:
    match documents.get(BINDINGS):
        case {"bindings": list(listed)}:
            for index, entry in enumerate(listed):
                match entry:
                    case {"topic": str(topic), "tenant": str(tenant)} if topic.startswith(_RAW):
                        yield index, tenant, topic.removeprefix(_RAW)
