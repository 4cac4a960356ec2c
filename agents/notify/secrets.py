"""Where the secrets of channels come from: the environment, or files in one directory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from assay.pipeline.policy.notifications import SecretPlace, SecretRef

MOST_BYTES = 4096

FromEnvironment = Callable[[str], str | None]
"""Looks up one variable."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Finds secrets by name. Names were checked when the policy was read: none leads out of the directory."""

    from_environment: FromEnvironment
    directory: Path

    def find(self, ref: SecretRef) -> SecretStr | None:
        """The secret without white space around it; ``None`` when it is not there, cannot be read, or is empty."""
        if ref.place is SecretPlace.ENV:
            text = self.from_environment(ref.name) or ""
        else:
            text = self._read(self.directory / ref.name)
        return SecretStr(text.strip()) if text.strip() else None

    def _read(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                return file.read(MOST_BYTES).decode()
        except (OSError, ValueError):
            return ""
