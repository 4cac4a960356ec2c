"""Filters of a list as indexes of a view."""

from collections.abc import Sequence


def any_of(name: str, words: str | Sequence[str] | None) -> list[list[str]]:
    """Documents for which ``name`` is one of these words; no condition without words."""
    if not words:
        return []
    return [[f"{name}={word}" for word in ([words] if isinstance(words, str) else dict.fromkeys(words))]]


def whether(name: str, *, wanted: bool | None) -> list[list[str]]:
    """Documents for which ``name`` is so; no condition for ``None``."""
    return [] if wanted is None else [[f"{name}={'true' if wanted else 'false'}"]]
