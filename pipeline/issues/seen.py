"""Which events a group has taken in already: the last ones, by a digest of their ids."""

import hashlib

from .group import Group

MOST_SEEN = 64
DIGEST_BYTES = 6


def digest_of(event_id: str) -> str:
    """Twelve hex digits that stand for the id."""
    return hashlib.blake2b(event_id.encode("utf-8", "replace"), digest_size=DIGEST_BYTES).hexdigest()


def remembered(seen: tuple[str, ...], digest: str) -> tuple[str, ...]:
    """With one more; the oldest is forgotten."""
    return (*seen, digest)[-MOST_SEEN:]


def has_taken(group: Group, event_id: str) -> bool:
    """Whether the event was taken in, as far back as the group remembers."""
    return digest_of(event_id) in group.seen
