"""New keys, keys in the place of others, and the end of keys: what a file of keys becomes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.core.errors import ConfigError, Problem

from .file import Keys
from .key import ID_BYTES, SECRET_BYTES, ApiKey, digest_of, key_text
from .role import Role, Scope

MOST_NAME = 64


class Made(NamedTuple):
    """A new key. ``text`` is shown to its owner once, and kept nowhere."""

    key: ApiKey
    text: str


class Wanted(NamedTuple):
    """Whose key, and for what."""

    name: str
    role: Role
    scopes: frozenset[Scope]
    tenant: str
    valid_s: int
    """Seconds until it expires."""


def make(wanted: Wanted, env: str, now_ns: int, random: Callable[[int], bytes], replaces: str = "") -> Made:
    """A key. ``random`` gives as many random bytes as it is asked for.

    Raises :class:`ConfigError` for a name that cannot be an actor, and for a tenant where none belongs or none is.
    """
    _check(wanted)
    key_id = random(ID_BYTES).hex()
    text = key_text(env, key_id, random(SECRET_BYTES))
    key = ApiKey(
        key_id,
        wanted.name,
        wanted.role,
        wanted.scopes,
        digest_of(text),
        created_at=rfc3339(now_ns),
        expires_at=rfc3339(now_ns + wanted.valid_s * NANOS_PER_SECOND),
        tenant=wanted.tenant,
        replaces=replaces,
    )
    return Made(key, text)


def added(keys: Keys, key: ApiKey) -> Keys:
    """With one more."""
    return {**keys, key.id: key}


def rotated(keys: Keys, old: ApiKey, new: ApiKey, ends_at: str) -> Keys:
    """With ``new`` in the place of ``old``, which is good until ``ends_at``, or until it would have expired."""
    return {
        **keys,
        old.id: replace(old, expires_at=min(old.expires_at, ends_at)),
        new.id: new,
    }


def revoked(keys: Keys, key: ApiKey, at: str) -> Keys:
    """With one that is good no more; revoked twice, it stays revoked since the first time."""
    return {**keys, key.id: replace(key, revoked_at=key.revoked_at or at)}


def key_named(keys: Mapping[str, ApiKey], key_id: str) -> ApiKey:
    """The key of that id. Raises :class:`ConfigError`."""
    if (key := keys.get(key_id)) is None:
        raise ConfigError([Problem(key_id, "names no key", "assay keys list shows them")])
    return key


def _check(wanted: Wanted) -> None:
    problems = []
    name = wanted.name
    if not name.strip() or len(name) > MOST_NAME or not name.isprintable():
        why = f"is not 1 to {MOST_NAME} characters that can be shown"
        problems.append(Problem("NAME", why, "It is the actor of what is done with the key"))
    if wanted.role is Role.TENANT and not wanted.tenant:
        problems.append(Problem("--tenant", "is missing", "A key of role tenant sees one tenant: say which"))
    if wanted.role is not Role.TENANT and wanted.tenant:
        problems.append(Problem("--tenant", "is for role tenant only", "Leave it out: others see all"))
    if problems:
        raise ConfigError(problems)
