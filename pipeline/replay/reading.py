"""Reading our own JSON back: what is not as it was written is a ``ValueError`` that quotes nothing."""

from ..core.document import Json


def members(document: Json) -> dict[str, Json]:
    """The members of an object."""
    if not isinstance(document, dict):
        raise ValueError("an object is expected")  # noqa: TRY004 - a document's fault is a value's, not a type's
    return document


def text(parts: dict[str, Json], name: str) -> str:
    """A text; empty when absent."""
    value = parts.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")  # noqa: TRY004 - as above
    return value


def texts(parts: dict[str, Json], name: str) -> list[str]:
    """A list of texts; empty when absent."""
    return [text({name: item}, name) for item in items(parts, name)]


def items(parts: dict[str, Json], name: str) -> list[Json]:
    """A list; empty when absent."""
    value = parts.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list")  # noqa: TRY004 - as above
    return value


def integer(parts: dict[str, Json], name: str, low: int, high: int, default: int | None = None) -> int:
    """An integer in a range; ``default`` when absent."""
    value = parts.get(name, default)
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} must be an integer from {low} to {high}")
    return value


def boolean(parts: dict[str, Json], name: str) -> bool:
    """A truth value; false when absent."""
    value = parts.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")  # noqa: TRY004 - as above
    return value
