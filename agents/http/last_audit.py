"""What the last conservation audit said, for the light on the overview."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class LastAudit:
    """Whoever runs an audit from here writes it down here; nobody knows of those that run elsewhere."""

    findings: int = 0
    unaccounted: int | None = None
    checked_at: str = ""
    """RFC 3339; empty before the first audit."""

    def light(self) -> dict[str, Any]:
        """``models.overview.ConservationLight``."""
        if not self.checked_at:
            return {"state": "unknown", "unaccounted": None, "checked_at": None}
        state = "findings" if self.findings else "ok"
        return {"state": state, "unaccounted": self.unaccounted, "checked_at": self.checked_at}
