"""From a place of a rule to places of one trace."""

from collections.abc import Iterator

from ..core.document import Json, lookup
from ..policy.remediation_place import EACH, Base, Place

Tokens = tuple[str, ...]


def resolve(place: Place, issue: Tokens, document: Json) -> Iterator[Tokens]:
    """Every place of the document that is meant, whether something stands there or not; none that can only be guessed.

    ``*`` goes over the elements of a list. An issue whose path has ``*`` in it is at a member whose name may not be
    shown, so nobody knows at which.
    """
    if place.base is Base.TRACE:
        yield from _expanded(place.tokens, document)
        return
    if EACH in issue or (place.base is Base.PARENT and not issue):
        return
    base = issue if place.base is Base.ISSUE else issue[:-1]
    for tokens in _expanded(place.tokens, lookup_or_none(document, base)):
        yield (*base, *tokens)


def lookup_or_none(document: Json, tokens: Tokens) -> Json:
    """What stands there; ``None`` where nothing does."""
    found = lookup(document, tokens)
    return found if isinstance(found, dict | list | str | int | float) else None


def _expanded(tokens: Tokens, document: Json) -> Iterator[Tokens]:
    if EACH not in tokens:
        yield tokens
        return
    at = tokens.index(EACH)
    listed = lookup(document, tokens[:at])
    if isinstance(listed, list):
        for index, element in enumerate(listed):
            for below in _expanded(tokens[at + 1 :], element):
                yield (*tokens[:at], str(index), *below)
