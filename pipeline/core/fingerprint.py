"""The fingerprint: which failing traces, and which issues of theirs, are the same problem (DESIGN 8)."""

import hashlib

import orjson

from .document import without_indexes
from .text import encodable
from .verdict import NONE


def fingerprint(code: str, subject: str, path: str, tenant: str, producer: str) -> str:
    """16 hex digits of SHA-256 over the parts; an empty part is the word ``none``.

    ``path`` counts without its array indexes: the same fault in any element is one problem. The parts are joined as a
    JSON array, so that no text can pass for two parts. Never raises for what a trace holds.
    """
    parts = [part or NONE for part in (code, subject, shape(path), tenant, producer)]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:16]


def shape(path: str) -> str:
    """The path with ``*`` for array indexes. A text that is no pointer stays as it is, but for what cannot be written."""
    path = encodable(path)
    try:
        return without_indexes(path)
    except ValueError:
        # A detector's bug must not stop the trace (D-16); its text is no pointer, but it is the same one next time.
        return path
