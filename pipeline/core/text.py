"""Text that may be written."""


def encodable(text: str) -> str:
    """The text with ``?`` for lone surrogates, which neither JSON nor UTF-8 can hold.

    Decoders refuse them; a detector's bug must not be able to stop a trace with one (D-16).
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, all of them encodable; what is cut ends in ``…``."""
    text = encodable(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
