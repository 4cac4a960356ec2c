"""On which line of a YAML text a place stands; only asked for when something is wrong with it."""

import re
from collections.abc import Iterable, Mapping

import yaml

_INDEX = re.compile(r"\[([0-9]{1,9})\]")
_ENDS = re.compile(r"[.\[: ]|$")
"""What follows a key in a place."""


def lines_of_places(root: yaml.Node, places: Iterable[str]) -> Mapping[str, int]:
    """The line, from 1, of each place such as ``bindings[0].topic``, or of the innermost one around it that is there.

    Of a member it is the line of its key. Keys may have points in them: ``codes.security.pii_email.mode``.
    """
    finder = _Finder()
    return {place: finder.line(root, place) for place in places}


class _Finder:
    """Keeps the keys of every mapping that it came by: a thousand places may be in one."""

    def __init__(self) -> None:
        self._keys: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}

    def line(self, root: yaml.Node, place: str) -> int:
        node, line, rest = root, _line(root), place
        while rest:
            found = self._step(node, rest)
            if found is None:
                break
            node, line, rest = found
        return line

    def _step(self, node: yaml.Node, rest: str) -> tuple[yaml.Node, int, str] | None:
        match node:
            case yaml.MappingNode():
                keys = self._keys.get(id(node))
                if keys is None:
                    keys = self._keys[id(node)] = {str(pair[0].value): pair for pair in node.value}
                # The longest that is one: a key may begin like another.
                ends = [end.start() for end in _ENDS.finditer(rest)]
                key = next((rest[:end] for end in reversed(ends) if rest[:end] in keys), None)
                if key is None:
                    return None
                return keys[key][1], _line(keys[key][0]), rest[len(key) :].lstrip(".")
            case yaml.SequenceNode():
                index = _INDEX.match(rest)
                if index is None or int(index[1]) >= len(node.value):
                    return None
                item = node.value[int(index[1])]
                return item, _line(item), rest[index.end() :].lstrip(".")
            case _:
                return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
