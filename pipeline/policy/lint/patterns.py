"""Patterns in policies and rules that RE2 refuses, whoever reads them: those of schemas are checked at load."""

from collections.abc import Iterator, Mapping

from ...core.document import Json
from ..bundle import Bundle
from ..json_lines import Step
from ..note import Level, Note
from ..patterns import REMEDY, refusal
from ..places import place_of

_ONE = frozenset({"pattern", "regex"})
_MANY = frozenset({"patterns", "regexes"})
"""Keys under which a pattern, or a list of patterns, stands."""


def refused_patterns(bundle: Bundle, documents: Mapping[str, Json]) -> Iterator[Note]:
    """A pattern that could not run in linear time."""
    del bundle
    for file, document in documents.items():
        if file.startswith("schemas/"):
            continue
        for steps, pattern in _patterns((), document):
            why = refusal(pattern)
            if why is not None:
                yield Note(Level.ERROR, file, place_of(file, steps), why, REMEDY)


def _patterns(steps: tuple[Step, ...], node: Json) -> Iterator[tuple[tuple[Step, ...], str]]:
    match node:
        case dict():
            for key, value in node.items():
                if key in _ONE and isinstance(value, str):
                    yield (*steps, key), value
                elif key in _MANY and isinstance(value, list):
                    yield from (
                        ((*steps, key, index), one) for index, one in enumerate(value) if isinstance(one, str)
                    )
                else:
                    yield from _patterns((*steps, key), value)
        case list():
            for index, value in enumerate(node):
                yield from _patterns((*steps, index), value)
