"""Contained traces of the view ``quarantine``, as ``models.quarantine`` describes them."""

from typing import Any

from assay.agents.stores.view_reader import Shown
from assay.pipeline.views.quarantined import expires_ms

from ..times import of_millis

_LEFT_OUT = frozenset({"record", "at_ms"})


def contained_row(shown: Shown) -> dict[str, Any]:
    """A contained trace."""
    row: dict[str, Any] = {name: value for name, value in shown.document.items() if name not in _LEFT_OUT}
    row["contained_at"] = of_millis(shown.score)
    row["expires_at"] = of_millis(expires_ms(shown.score))
    return row
