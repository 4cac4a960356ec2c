"""What decoding gives."""

from typing import NamedTuple

from ..core.document import Json
from ..core.quick import maker


class Decoded(NamedTuple):
    """A document, and what the encoding itself says of it. A tuple, because one is made for every trace."""

    document: Json
    subject: str | None
    """Named by the schema id of an Avro frame; ``None`` for JSON, which names it in other ways (DESIGN 6)."""
    schema_version: str | None
    """As ``subject``."""


make_decoded = maker(Decoded)
