"""A key: 256 random bits that only its owner has, and what is kept of it."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from assay.pipeline.core.word import Word

from .role import Role, Scope

PREFIX = "assay"
SECRET_BYTES = 32
ID_BYTES = 6
_FORM = re.compile(r"assay_[a-z0-9-]{1,32}_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOBODY = "0" * 64
"""What an unknown key is compared with, so that it takes as long as a wrong one."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key. Times are RFC 3339 with nine digits, which sort as texts."""

    id: str
    name: str
    """Whose it is: the actor of all that is done with it."""
    role: Role
    scopes: frozenset[Scope]
    digest: str
    """SHA-256 of the key: enough for 256 random bits, which nobody can search through."""
    created_at: str
    expires_at: str
    tenant: str = ""
    """Of role ``tenant``: whose data it sees."""
    revoked_at: str = ""
    replaces: str = ""
    """The key in whose place it came."""


class Judgement(Word):
    """What is to be thought of a presented key; also the label under which refusals are counted."""

    GOOD = "good"
    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    WRONG = "wrong"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Judged(NamedTuple):
    """A judgement, and the key that was recognised: ``None`` unless its secret was the right one."""

    judgement: Judgement
    key: ApiKey | None = None


def key_text(env: str, key_id: str, secret: bytes) -> str:
    """The key as its owner gets it, once."""
    return f"{PREFIX}_{env}_{key_id}_{urlsafe_b64encode(secret).rstrip(b'=').decode()}"


def digest_of(presented: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(presented.encode("utf-8", "replace")).hexdigest()


def judge(keys: Mapping[str, ApiKey], presented: str, now: str) -> Judged:
    """Whether a presented key is one of ``keys``, and good ``now``.

    Unknown and wrong keys are told apart for the counters only, and take equally long.
    """
    form = _FORM.fullmatch(presented)
    if form is None:
        return Judged(Judgement.MALFORMED if presented else Judgement.MISSING)
    key = keys.get(form[1])
    same = hmac.compare_digest(digest_of(presented), key.digest if key else _NOBODY)
    if key is None:
        return Judged(Judgement.UNKNOWN)
    if not same:
        return Judged(Judgement.WRONG)
    if key.revoked_at and key.revoked_at <= now:
        return Judged(Judgement.REVOKED, key)
    if key.expires_at <= now:
        return Judged(Judgement.EXPIRED, key)
    return Judged(Judgement.GOOD, key)
