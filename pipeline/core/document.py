"""A decoded JSON document, and pointers into it (RFC 6901)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
"""An array index as RFC 6901 writes it."""


class _Missing:
    """The type of :data:`MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""What a pointer gives where the document has nothing: different from JSON's ``null``."""


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a JSON Pointer. Raises ``ValueError`` when it does not start with ``/``."""
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise ValueError("a JSON Pointer is empty or starts with '/'")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def format_pointer(tokens: Iterable[str | int]) -> str:
    """The inverse of :func:`parse_pointer`; integers are array indexes."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def without_indexes(pointer: str) -> str:
    """The pointer with array indexes replaced by ``*``: the same problem in any element is the same problem."""
    return format_pointer("*" if token.isdigit() else token for token in parse_pointer(pointer))


def lookup(document: Json, tokens: Sequence[str]) -> "Json | _Missing":
    """What stands at the pointer, or :data:`MISSING`. Never raises, whatever the document is (D-15)."""
    here: Json = document
    for token in tokens:
        match here:
            case dict():
                if token not in here:
                    return MISSING
                here = here[token]
            case list():
                if not _INDEX.fullmatch(token) or int(token) >= len(here):
                    return MISSING
                here = here[int(token)]
            case _:
                return MISSING
    return here
