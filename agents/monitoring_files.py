"""Configuration of monitoring on disk: written, or compared with what would be written."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from assay.pipeline.core.errors import DependencyUnavailableError


class FileState(StrEnum):
    """How a file stands to what it is to hold."""

    SAME = "same"
    DIFFERS = "differs"
    MISSING = "missing"
    WRITTEN = "written"


def compare(files: Mapping[str, str], folder: Path) -> dict[str, FileState]:
    """The state of each file below ``folder``. Raises :class:`DependencyUnavailableError` for one that cannot be read."""
    return {name: _state(folder / name, text) for name, text in files.items()}


def write(files: Mapping[str, str], folder: Path) -> dict[str, FileState]:
    """Make every file hold its text; those that do are left alone. Raises :class:`DependencyUnavailableError`."""
    states = compare(files, folder)
    for name in [name for name, state in states.items() if state is not FileState.SAME]:
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name], encoding="utf-8")
        except OSError as error:
            raise DependencyUnavailableError(f"{path} cannot be written ({type(error).__name__})") from error
        states[name] = FileState.WRITTEN
    return states


def _state(path: Path, text: str) -> FileState:
    try:
        return FileState.SAME if path.read_bytes() == text.encode() else FileState.DIFFERS
    except FileNotFoundError:
        return FileState.MISSING
    except OSError as error:
        raise DependencyUnavailableError(f"{path} cannot be read ({type(error).__name__})") from error
