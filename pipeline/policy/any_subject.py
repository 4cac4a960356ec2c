"""The pseudo-subject ``any``: bytes that only have to be readable (``assay validate --subject any``)."""

from typing import Final

from ..core.verdict import NONE
from .subject import Pointers, Subject

ANY: Final = "any"
"""Its name; no folder under ``schemas/`` may have it."""


def any_subject() -> Subject:
    """A subject without schemas, trace types or pointers; the schema detector has nothing to say on it."""
    return Subject(
        name=ANY,
        trace_types=frozenset(),
        current_version=NONE,
        schemas={},
        deprecated_versions=frozenset(),
        pointers=Pointers(),
        decode_only=True,
    )
