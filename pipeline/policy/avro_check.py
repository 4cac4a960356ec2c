"""Which Avro schemas may be used on bytes that nobody vouches for.

A recursive schema lets 5 KB of data exhaust the stack of the C decoder, and array items of no bytes let ten
bytes ask for 2^31 values: such schemas are refused when a bundle is loaded, not when a trace comes.
"""

import re
from dataclasses import dataclass, field

from fastavro.schema import SchemaParseException, parse_schema

from ..core.document import Json

MAX_NESTING = 64
"""Types inside one another in a schema; no honest schema comes near."""

LEAST_BYTES = {
    "null": 0,
    "boolean": 1,
    "int": 1,
    "long": 1,
    "float": 4,
    "double": 8,
    "bytes": 1,
    "string": 1,
}
"""The smallest encoding of each primitive type."""

MOST_REASONS = 100
"""Reasons that are given; who has these corrected asks again."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_FULL_NAME = re.compile(rf"(?:{_NAME.pattern}\.)*{_NAME.pattern}")


def check_avro_schema(document: Json) -> list[str]:
    """Reasons not to decode with this schema, each with where it is; empty means that it is safe.

    Refused: recursive types, array and map items that can have no bytes, unknown types, more than
    :data:`MAX_NESTING` levels, unions in unions, doubled names, and what ``fastavro`` cannot parse. Never raises.
    """
    check = _Check()
    check.least_bytes(document, "", "", 0)
    if not check.reasons:
        try:
            parse_schema(document)
        except (ValueError, TypeError, LookupError, AttributeError, SchemaParseException) as error:
            check.reasons.append(f"(whole schema): fastavro refuses it ({type(error).__name__})")
    return check.reasons


@dataclass(slots=True)
class _Check:
    """Walks a schema once; every method gives the smallest number of bytes that a value of the type has."""

    reasons: list[str] = field(default_factory=list[str])
    open_names: set[str] = field(default_factory=set[str])
    """Named types whose definition is not finished: a reference to one is a recursion."""
    known: dict[str, int] = field(default_factory=dict[str, int])

    def least_bytes(self, schema: Json, where: str, namespace: str, nesting: int) -> int:
        if nesting > MAX_NESTING:
            return self._refuse(where, f"types are nested deeper than {MAX_NESTING}")
        match schema:
            case str():
                return self._reference(schema, where, namespace)
            case list():
                return self._union(schema, where, namespace, nesting)
            case dict():
                return self._complex(schema, where, namespace, nesting)
            case _:
                return self._refuse(where, "no type at all")

    def _complex(self, schema: dict[str, Json], where: str, namespace: str, nesting: int) -> int:
        match schema.get("type"):
            case "record" | "error":
                return self._record(schema, where, namespace, nesting)
            case "enum":
                return self._enum(schema, where, namespace)
            case "fixed":
                return self._fixed(schema, where, namespace)
            case "array":
                return self._block(schema, "items", where, namespace, nesting)
            case "map":
                return self._block(schema, "values", where, namespace, nesting)
            case str(name) if name in LEAST_BYTES:
                return LEAST_BYTES[name]
            case _:
                return self._refuse(where, "neither a complex type nor a primitive one")

    def _refuse(self, where: str, why: str) -> int:
        if len(self.reasons) < MOST_REASONS:
            self.reasons.append(f"{where or '(root)'}: {why}")
        return 1  # as if it were fine, so that one fault is one reason

    def _reference(self, name: str, where: str, namespace: str) -> int:
        if name in LEAST_BYTES:
            return LEAST_BYTES[name]
        full = name if "." in name or not namespace else f"{namespace}.{name}"
        if full in self.open_names:
            return self._refuse(where, f"type {full} contains itself")
        if full not in self.known:
            return self._refuse(where, f"type {full} is not known here")
        return self.known[full]

    def _define(self, schema: dict[str, Json], where: str, namespace: str) -> str:
        """The full name of a named type (``""`` when it has none that is valid), unique in the schema."""
        match schema.get("name"), schema.get("namespace", namespace):
            case str(name), str(space):
                full = name if "." in name or not space else f"{space}.{name}"
            case _:
                full = ""
        if not _FULL_NAME.fullmatch(full):
            self._refuse(where, "the type needs a name of letters, digits and '_'")
            return ""
        if full in LEAST_BYTES or full in self.known or full in self.open_names:
            self._refuse(where, f"the name {full} is taken")
        return full

    def _record(self, schema: dict[str, Json], where: str, namespace: str, nesting: int) -> int:
        full = self._define(schema, where, namespace)
        fields = schema.get("fields")
        if not isinstance(fields, list):
            return self._refuse(where, "a record needs a list of fields")
        inner = full.rpartition(".")[0]
        self.open_names.add(full)
        total = 0
        names: set[str] = set()
        for index, one in enumerate(fields):
            match one:
                case {"name": str(name), "type": kind} if _NAME.fullmatch(name):
                    at = f"{where}/{name}"
                    if name in names:
                        self._refuse(at, "the record has this field twice")
                    names.add(name)
                    total += self.least_bytes(kind, at, inner, nesting + 1)
                case _:
                    self._refuse(f"{where}/fields[{index}]", "a field needs a name and a type")
        self.open_names.discard(full)
        self.known[full] = total
        return total

    def _enum(self, schema: dict[str, Json], where: str, namespace: str) -> int:
        full = self._define(schema, where, namespace)
        symbols = schema.get("symbols")
        texts = [text for text in symbols if isinstance(text, str)] if isinstance(symbols, list) else []
        if not texts or texts != symbols or len(set(texts)) != len(texts):
            self._refuse(where, "an enum needs a list of different symbols")
        self.known[full] = 1
        return 1

    def _fixed(self, schema: dict[str, Json], where: str, namespace: str) -> int:
        full = self._define(schema, where, namespace)
        match schema.get("size"):
            case bool():
                size = self._refuse(where, "a fixed type needs a size")
            case int(number) if number >= 0:
                size = number
            case _:
                size = self._refuse(where, "a fixed type needs a size")
        self.known[full] = size
        return size

    def _block(self, schema: dict[str, Json], key: str, where: str, namespace: str, nesting: int) -> int:
        at = f"{where}/{key}"
        if self.least_bytes(schema.get(key), at, namespace, nesting + 1) == 0:
            self._refuse(at, "items that can have no bytes: a few bytes could ask for any number of them")
        return 1  # the count that ends it

    def _union(self, branches: list[Json], where: str, namespace: str, nesting: int) -> int:
        if not branches:
            return self._refuse(where, "a union needs a branch")
        for index, branch in enumerate(branches):
            at = f"{where}/{index}"
            if isinstance(branch, list):
                self._refuse(at, "a union directly inside a union")
            else:
                self.least_bytes(branch, at, namespace, nesting + 1)
        return 1  # the index of the branch
