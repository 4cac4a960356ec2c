"""Cursors: where a list goes on, as a word that means nothing to whoever gets it."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson

from assay.agents.stores.view_pages import Place

from .problems import HttpProblem, invalid

MOST_LENGTH = 1024


def list_name(*words: object) -> str:
    """Which list a cursor is of: its resource, its filters and whose data it shows."""
    return hashlib.blake2b(repr(words).encode("utf-8", "replace"), digest_size=6).hexdigest()


def cursor_of(place: Place | None, listed: str) -> str | None:
    """The cursor behind a place of a list; ``None`` at the end."""
    if place is None:
        return None
    return urlsafe_b64encode(orjson.dumps([listed, place.score, place.id])).rstrip(b"=").decode()


def place_of(cursor: str | None, listed: str) -> Place | None:
    """The inverse. Raises :class:`HttpProblem` for what is no cursor of this list.

    A cursor is not secret and gives no access: a list holds what its caller may see, wherever it begins.
    """
    if cursor is None:
        return None
    try:
        match orjson.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))):
            case [str(found), int(score), str(name)] if found == listed and abs(score) < 2**53:
                return Place(score, name)
    except (ValueError, binascii.Error):
        raise _wrong() from None
    raise _wrong()


def _wrong() -> HttpProblem:
    remedy = "Take next_cursor of a page of the same list, with the same filters"
    return invalid("cursor", "is no cursor of this list", remedy)
