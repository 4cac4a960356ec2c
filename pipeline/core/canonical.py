"""Canonical JSON (RFC 8785) and what is built on it: equal documents have equal bytes and equal ids."""

import hashlib

import rfc8785

from .document import Json


def canonical(document: Json) -> bytes:
    """RFC 8785 bytes. Raises ``rfc8785.CanonicalizationError`` for NaN, infinities and integers past 2^53."""
    return rfc8785.dumps(document)


def content_id(document: Json) -> str:
    """SHA-256 of the canonical bytes, 64 hex digits."""
    return hashlib.sha256(canonical(document)).hexdigest()
