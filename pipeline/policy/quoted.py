"""A value of a policy in a message."""

MOST = 80
"""Characters that are shown."""


def quoted(value: object) -> str:
    """The value as Python writes it, cut when it is long."""
    text = repr(value)
    return text if len(text) <= MOST else f"{text[:MOST]}…"
