"""YAML as JSON could say it: what two readers could understand differently is refused."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from .quoted import quoted

MAX_DEPTH = 100
"""Objects and arrays inside one another in a file of ours; real ones stay below 20."""
MAX_KEY = 256
"""Characters of a key. Places are made of keys, so that long ones would make very many long texts."""
MAX_BITS = 1024
"""Of an integer: writing a longer one in decimal takes quadratic time."""
FLATTEN = f"Flatten it to {MAX_DEPTH} levels"
QUOTE = "Put it in quotes"
MANY_DIGITS = f"a number has more than {MAX_BITS} bits"
AS_TEXT = "Write it as text, in quotes"


class RefusedError(yaml.MarkedYAMLError):
    """YAML that is right but refused; carries the remedy."""

    def __init__(self, problem: str, remedy: str, mark: yaml.Mark | None) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.remedy = remedy


class PlainLoader(yaml.SafeLoader):
    """YAML without aliases, duplicate keys, merge keys, dates, and words that only YAML 1.1 takes for booleans."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise RefusedError("an alias", "Write the value out in both places", self.get_mark())
        if self._depth >= MAX_DEPTH:
            raise RefusedError("nested too deep", FLATTEN, self.get_mark())
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != "tag:yaml.org,2002:str":
                raise RefusedError("a key is not text", QUOTE, key_node.start_mark)
            if key_node.value in seen:
                raise RefusedError(
                    f"the key {quoted(key_node.value)} stands twice",
                    "Keep one of the two",
                    key_node.start_mark,
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        try:
            return super().construct_yaml_int(node)
        except ValueError:
            raise RefusedError(MANY_DIGITS, AS_TEXT, node.start_mark) from None


PlainLoader.add_constructor("tag:yaml.org,2002:int", PlainLoader.construct_yaml_int)
PlainLoader.yaml_implicit_resolvers = {
    # Only null is as PyYAML has it: its dates, merge keys, octal and base-60 numbers, and its booleans like
    # off and no, are something else to other readers.
    first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
):
    PlainLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first)
    )
