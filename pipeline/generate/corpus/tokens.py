"""JSON Web Tokens and private keys, as they are made and pasted."""

import json
from base64 import b64encode, urlsafe_b64encode
from random import Random
from typing import Final

from ...core.codes import IssueCode
from ...core.document import Json
from .case import Half, Sample
from .draw import HEX, draw_for, letters, pick
from .names import family

_ALGORITHMS: Final = (
    ("HS256", 32),
    ("RS256", 256),
    ("ES256", 64),
    ("HS512", 64),
    ("EdDSA", 64),
    ("PS256", 256),
)

_DER_2048: Final = b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00"
_DER_PKCS8: Final = (
    b"\x30\x82\x04\xbe\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
)
_DER_EC: Final = b"\x30\x77\x02\x01\x01\x04\x20"
_DER_EC8: Final = b"\x30\x81\x87\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
_OPENSSH: Final = b"openssh-key-v1\x00\x00\x00\x00\x04none\x00\x00\x00\x04none\x00\x00\x00\x00"
PEM_FORMS: Final = (
    ("RSA PRIVATE KEY", _DER_2048, 1190),
    ("EC PRIVATE KEY", _DER_EC, 121),
    ("OPENSSH PRIVATE KEY", _OPENSSH, 399),
    ("PRIVATE KEY", _DER_PKCS8, 1216),
    ("PRIVATE KEY", _DER_EC8, 138),
    ("ENCRYPTED PRIVATE KEY", b"\x30\x82\x05\x2d\x30\x57\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d", 1329),
)
_COLUMNS = 64


def jwt(rng: Random, half: Half) -> Sample:
    """Header, claims and signature; of no issuer, with random bytes for a signature."""
    algorithm, size = pick(rng, _ALGORITHMS, half)
    return Sample(
        IssueCode.SECURITY_SECRET_JWT,
        draw_for(half, lambda: _jwt(rng, algorithm, size), str),
        algorithm,
    )


def _jwt(rng: Random, algorithm: str, size: int) -> str:
    header: dict[str, Json] = {"alg": algorithm, "typ": "JWT"}
    if rng.random() < 0.5:
        header["kid"] = letters(rng, HEX, 16)
    if rng.random() < 0.3:
        header = dict(reversed(header.items()))
    issued = rng.randint(1_700_000_000, 1_790_000_000)
    claims: dict[str, Json] = {"sub": f"{family(rng).lower()}-{rng.randint(1, 999)}", "iat": issued}
    claims |= {"exp": issued + 3600, "scope": rng.choice(("read", "read write", "admin"))}
    return ".".join((base64url(header), base64url(claims), _url_text(rng.randbytes(size))))


def base64url(document: Json) -> str:
    """Compact JSON, base64 for URLs, without padding (RFC 7515)."""
    return _url_text(json.dumps(document, separators=(",", ":")).encode())


def _url_text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def private_key(rng: Random, half: Half) -> Sample:
    """An armoured block: random bytes behind the first ones of the real encoding.

    On lines of 64, or with the line ends written out as in environment variables.
    """
    label, start, size = rng.choice(PEM_FORMS)
    form, between = rng.choice((("lines", "\n"), ("lines", "\n"), ("written-out line ends", r"\n")))
    text = draw_for(half, lambda: armoured(label, start + rng.randbytes(size - len(start)), between), str)
    return Sample(IssueCode.SECURITY_SECRET_PRIVATE_KEY, text, f"{label} {form}")


def armoured(label: str, content: bytes, between: str = "\n") -> str:
    """A block between its two lines (RFC 7468)."""
    body = b64encode(content).decode()
    lines = [body[start : start + _COLUMNS] for start in range(0, len(body), _COLUMNS)]
    return between.join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----")) + between
