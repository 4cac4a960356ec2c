"""What is said of a policy: where, why, what to do, and how bad it is."""

from dataclasses import dataclass

from ..core.document import Json
from ..core.errors import Problem
from ..core.word import Word


class Level(Word):
    """How bad a note is."""

    ERROR = "error"
    """Something in the policy is wrong: it does not do what it says, or cannot be loaded at all."""
    WARNING = "warning"
    """It works, and its owner may not have meant it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say of one place in one file."""

    level: Level
    file: str
    """Path in the bundle, e.g. ``policies/bindings.yaml``."""
    place: str
    """Keys and indexes in a YAML file, a JSON Pointer in a JSON file; empty for the whole of it."""
    why: str
    remedy: str
    line: int | None = None
    """From 1; ``None`` where there is no line to point at, such as a file that is missing."""

    @property
    def where(self) -> str:
        """``file:line: place``, without what is not there."""
        file = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{file}: {self.place}" if self.place else file

    def problem(self) -> Problem:
        """The same, for a :class:`~assay.pipeline.core.errors.ConfigError`."""
        return Problem(self.where, self.why, self.remedy)

    def __str__(self) -> str:
        return str(self.problem())

    def document(self) -> Json:
        """The note as JSON."""
        return {
            "level": self.level.value,
            "file": self.file,
            "line": self.line,
            "place": self.place,
            "why": self.why,
            "remedy": self.remedy,
        }
