"""A sealed payload in its JSON form, and what it is bound to."""

from base64 import b64decode, b64encode

import orjson

from ..core.document import Json
from ..core.errors import SealError
from ..core.record import Source
from ..core.sealed import Sealed


def bound_to(tenant: str, source: Source, schema_version: str) -> bytes:
    """The additional authenticated data: who and where the payload is from, and the version it was judged by.

    A JSON array of three texts, which is RFC 8785 as it stands. A payload that is moved into another envelope
    does not open.
    """
    return orjson.dumps([tenant, str(source), schema_version])


def sealed_to_json(sealed: Sealed) -> dict[str, Json]:
    """The member ``payload`` of an envelope; bytes are base64 (RFC 4648, padded)."""
    return {
        "alg": sealed.alg,
        "kid": sealed.kid,
        "wrapped_key": b64encode(sealed.wrapped_key).decode(),
        "nonce": b64encode(sealed.nonce).decode(),
        "ciphertext": b64encode(sealed.ciphertext).decode(),
    }


def sealed_from_json(document: Json) -> Sealed:
    """The inverse of :func:`sealed_to_json`. Raises ``SealError`` for anything else, without quoting it."""
    match document:
        case {
            "alg": str(alg),
            "kid": str(kid),
            "wrapped_key": str(wrapped_key),
            "nonce": str(nonce),
            "ciphertext": str(ciphertext),
        }:
            return Sealed(alg, kid, _bytes(wrapped_key), _bytes(nonce), _bytes(ciphertext))
        case {"claim_check": _}:
            raise SealError("the envelope holds a claim check: the payload was too large to be kept")
        case _:
            raise SealError("the envelope holds no sealed payload")


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise SealError("a member of the sealed payload is not base64") from None
