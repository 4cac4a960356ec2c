"""The files of the policy bundle: those that ship in the package, or those of the directories in the settings."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.bounds import MAX_ALL_BYTES, MAX_FILES, most_bytes
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.bundle_files import NOT_PART, is_part
from assay.pipeline.policy.parse import load_bundle

from .settings import Settings

FOLDERS = ("schemas", "policies", "remediation_rules")
"""What a bundle is made of: folders of the package, settings ``ASSAY_<FOLDER>_DIR``, and folders of a directory."""
SUFFIXES = (".json", ".yaml", ".yml", ".avsc")
"""What could be meant as policy; a wrong ending among these is a problem that ``load_bundle`` reports."""
BESIDE = (".py", ".pyc", ".md")
"""What lies beside policies for a reason."""

Roots = Mapping[str, Traversable]
"""Where each of :data:`FOLDERS` is."""


def read_policy_files(
    schemas_dir: Path | None, policies_dir: Path | None, remediation_rules_dir: Path | None = None
) -> dict[str, bytes]:
    """Path → content, as ``load_bundle`` takes it. ``None`` means the files that ship.

    Raises :class:`ConfigError` for directories that are not there or files that cannot be read.
    """
    return read_roots(_roots(schemas_dir, policies_dir, remediation_rules_dir))


def load_policies(settings: Settings) -> Bundle:
    """The bundle that the settings name. Raises :class:`ConfigError` with every problem in it."""
    return load_bundle(read_roots(policy_roots(settings)))


def policy_roots(settings: Settings, directory: Path | None = None) -> Roots:
    """Where the folders of a bundle are: in ``directory``, those that it has; the others where the settings say.

    Raises :class:`ConfigError` for a directory that has none of them.
    """
    roots = _roots(settings.schemas_dir, settings.policies_dir, settings.remediation_rules_dir)
    if directory is None:
        return roots
    own = {name: directory / name for name in FOLDERS if (directory / name).is_dir()}
    if not own:
        why, remedy = (
            f"has none of {', '.join(f'{name}/' for name in FOLDERS)}",
            "Name the directory above them",
        )
        raise ConfigError([Problem(str(directory), why, remedy)])
    return {**roots, **own}


def read_roots(roots: Roots) -> dict[str, bytes]:
    """Path → content of every file that could be meant as policy, without examples and cases.

    Of a file that is too large for a bundle only so much is read that ``load_bundle`` can tell; of too many, too.
    Raises :class:`ConfigError` for folders that are not there or files that cannot be read.
    """
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    size = 0
    for name, root in roots.items():
        try:
            for path, file in _walk(root, name):
                if size > MAX_ALL_BYTES or len(found) > MAX_FILES:
                    return found
                if file.name.endswith(SUFFIXES) and is_part(path):
                    found[path] = _read(path, file)
                    size += len(found[path])
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


def ignored_files(roots: Roots) -> list[str]:
    """The paths of files that are no part of a bundle although they lie among those that are."""
    return [
        path
        for name, root in roots.items()
        for path, file in _walk(root, name)
        if is_part(path) and not file.name.endswith((*SUFFIXES, *BESIDE)) and not file.name.startswith(".")
    ]


def _roots(schemas: Path | None, policies: Path | None, remediation_rules: Path | None) -> Roots:
    given = (schemas, policies, remediation_rules)
    return {
        name: files(f"assay.{name}") if root is None else root
        for name, root in zip(FOLDERS, given, strict=True)
    }


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{prefix}/{entry.name}"
        if not entry.is_dir():
            yield path, entry
        elif entry.name not in NOT_PART:
            yield from _walk(entry, path)


def _read(path: str, file: Traversable) -> bytes:
    """Raises ``OSError`` for what is no file: reading a pipe would wait for ever."""
    if not file.is_file():
        raise OSError(0, "not a file", path)
    with file.open("rb") as stream:
        return stream.read(most_bytes(path) + 1)
