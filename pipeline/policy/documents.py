"""Reading JSON and YAML files strictly: what two readers could understand differently is refused."""

import json
import math
from collections.abc import Hashable, Iterable
from typing import Any, NoReturn, cast

import yaml

from ..core.document import Json

MAX_DEPTH = 100
"""Objects and arrays inside one another in a file of ours; real ones stay below 20."""


def read_json(data: bytes) -> Json:
    """Parse a JSON file. Raises ``ValueError`` with a sentence: bad UTF-8 or syntax, a key twice, NaN, too deep."""
    try:
        document = json.loads(_text(data), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON, line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    return checked(document)


def read_yaml(data: bytes) -> Json:
    """Parse a YAML file that holds what JSON can hold.

    Raises ``ValueError`` with a sentence: bad syntax, a key twice, an alias (one line could stand for a
    million), or a tag beyond JSON's types. A date stays text.
    """
    try:
        document = yaml.load(_text(data), _PlainLoader)  # noqa: S506 - a SafeLoader that knows less
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"not YAML as Assay reads it{line}: {error.problem}") from None
    except (yaml.YAMLError, RecursionError):
        raise ValueError("not YAML as Assay reads it") from None
    return checked(document)


def checked(document: Any) -> Json:
    """The document, if JSON can say it. Raises ``ValueError``: a key that is no text, infinity, lone surrogate, depth."""
    layer = [document]
    for _ in range(MAX_DEPTH):
        layer = [child for node in layer for child in _children(node)]
        if not layer:
            return cast("Json", document)
    raise ValueError("nested too deep")


def _children(node: Any) -> Iterable[Any]:
    match node:
        case dict():
            for key in node:
                _check_text(key)
            return node.values()
        case list():
            return node
        case str():
            _check_text(node)
        case float() if not math.isfinite(node):
            raise ValueError("a number is not finite")
        case None | bool() | int() | float():
            pass
        case _:
            raise ValueError(f"a {type(node).__name__} is not a JSON value; quote it")
    return ()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None


def _check_text(text: Any) -> None:
    match text:
        case str():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise ValueError("a text has a lone surrogate") from None
        case _:
            raise ValueError(f"the key {text!r} is not text; quote it")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    document = dict(pairs)
    if len(document) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return document


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, duplicate keys, merge keys and dates."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key that is no text", problem_mark=key_node.start_mark)
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key_node.value!r} stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


_PlainLoader.yaml_implicit_resolvers = {
    first: [
        pair for pair in pairs if pair[0] not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge"}
    ]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
