"""The leaves of a document: every text, number and name of a member, with its place and context."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

from ...core.document import Json
from ...core.word import Word
from .names import Name
from .tenants import id_text
from .text import INHERITED, TENANT_ID

Path: TypeAlias = "tuple[Path, str | int] | None"
"""Where something stands, from the end: the place around it, and the last token. ``None`` is the document."""


class Role(Word):
    """What a leaf is in its document."""

    VALUE = "value"
    NUMBER = "number"
    KEY = "key"
    TENANT = "tenant"
    """The value of a member that holds a tenant's id."""


class Leaf(NamedTuple):
    """One thing to look at."""

    role: Role
    path: Path
    """Of a member name: the place of the object that has it."""
    text: str
    context: int


_LEAST_TEXT = 6
"""The shortest thing that can be found is an address such as ``a@b.de``."""
_LEAST_NUMBER = 1_000_000
_LEAST_FLOAT, _MOST_NUMBER = 1e11, 1e20
_PAIR_NAMES: Final = frozenset(("name", "key", "field", "header", "variable", "param"))


def leaves(document: Json, names: Callable[[str], Name], context: int = 0) -> Iterator[Leaf]:
    """All leaves that can hold something; ``context`` is that of the document itself.

    The context of a value comes from its own name and from the one around it. ``{"name": …, "value": …}``
    counts as a member of that name when the two stand side by side.
    """
    stack: list[tuple[Json, Path, int, int]] = [(document, None, context, 0)]
    while stack:
        value, path, own, around = stack.pop()
        kind = type(value)
        if kind is str:
            assert isinstance(value, str)
            if len(value) >= _LEAST_TEXT:
                yield Leaf(Role.VALUE, path, value, own | around & INHERITED)
        elif kind is dict:
            assert isinstance(value, dict)
            pair = _pair_context(value, names) if "value" in value else 0
            for name, member in value.items():
                says, suspect = names(name)
                if suspect:
                    yield Leaf(Role.KEY, path, name, 0)
                if member is None or member is True or member is False or member == "":
                    continue
                here = (path, name)
                if says & TENANT_ID and isinstance(member, str | int):
                    yield Leaf(Role.TENANT, here, id_text(member), 0)
                stack.append((member, here, says | pair, own))
        elif kind is list:
            assert isinstance(value, list)
            stack.extend((item, (path, index), own, around) for index, item in enumerate(value))
        elif (digits := _digits(value)) is not None:
            yield Leaf(Role.NUMBER, path, digits, own | around & INHERITED)


def _pair_context(members: dict[str, Json], names: Callable[[str], Name]) -> int:
    before = ""
    for key in members:
        if key == "value":
            name = members[before] if before in _PAIR_NAMES else None
            return names(name).context & ~TENANT_ID if isinstance(name, str) else 0
        before = key
    return 0


def _digits(value: Json) -> str | None:
    """A number that is large enough to be something, as JSON writes it; a fraction is nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    size = abs(value)
    if isinstance(value, float):
        return str(int(value)) if _LEAST_FLOAT <= size < _MOST_NUMBER and value == int(value) else None
    return str(value) if _LEAST_NUMBER <= size < _MOST_NUMBER else None


def tokens(path: Path) -> list[str | int]:
    """The reference tokens of a place, from the beginning."""
    found: list[str | int] = []
    while path is not None:
        path, token = path
        found.append(token)
    found.reverse()
    return found
