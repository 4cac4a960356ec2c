"""The files of the policy bundle: those that ship in the package, or those of the directories in the settings."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle

from .settings import Settings

SUFFIXES = (".json", ".yaml", ".yml", ".avsc")
"""What could be meant as policy; a wrong ending among these is a problem that ``load_bundle`` reports."""


def read_policy_files(schemas_dir: Path | None, policies_dir: Path | None) -> dict[str, bytes]:
    """Path → content, as ``load_bundle`` takes it. ``None`` means the files that ship.

    Raises :class:`ConfigError` for directories that are not there or files that cannot be read.
    """
    roots: dict[str, Traversable] = {
        "schemas": files("assay.schemas") if schemas_dir is None else schemas_dir,
        "policies": files("assay.policies") if policies_dir is None else policies_dir,
    }
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name, root in roots.items():
        try:
            found.update(_walk(root, name))
        except OSError as error:
            problems.append(
                Problem(
                    f"ASSAY_{name.upper()}_DIR",
                    f"{error.filename} cannot be read ({error.strerror})",
                    f"Name a directory with {name}, or leave it out to use those that ship",
                )
            )
    if problems:
        raise ConfigError(problems)
    return found


def load_policies(settings: Settings) -> Bundle:
    """The bundle that the settings name. Raises :class:`ConfigError` with every problem in it."""
    return load_bundle(read_policy_files(settings.schemas_dir, settings.policies_dir))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{prefix}/{entry.name}"
        if entry.is_dir():
            yield from _walk(entry, path)
        elif entry.name.endswith(SUFFIXES):
            yield path, entry.read_bytes()
