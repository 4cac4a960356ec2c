"""JSON Patch (RFC 6902): what a repair changed, and the way back."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import jsonpatch
import jsonpointer

from .document import Json
from .errors import PatchError

Operation: TypeAlias = dict[str, Json]
"""One step of a patch: ``op``, ``path`` and, as the step asks for, ``value`` or ``from``."""


def apply_patch(document: Json, patch: Sequence[Operation]) -> Json:
    """The document after the patch; the one that is given stays as it is.

    Raises :class:`PatchError` when the patch is none, or does not fit the document; never with anything of either.
    """
    steps: list[Any] = [*patch]
    whole: Any = document
    try:
        patched: Any = jsonpatch.JsonPatch(steps).apply(whole)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, ValueError, KeyError):
        # The library's texts quote values.
        raise PatchError("the patch does not fit the document") from None
    return cast("Json", patched)
