"""The bundle that a producer judges by."""

from pathlib import Path

from assay.agents.policy_files import FOLDERS, read_policy_files
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle


def load_policies(directory: Path | None = None) -> Bundle:
    """The bundle that ships, or that of a directory with ``schemas/``, ``policies/`` and ``remediation_rules/``.

    A folder that the directory does not have is the one that ships. The environment has no say.
    Raises :class:`ConfigError` with everything that is wrong.
    """
    if directory is None:
        return load_bundle(read_policy_files(None, None))
    schemas, policies, rules = (_folder(directory, name) for name in FOLDERS)
    if schemas is None and policies is None and rules is None:
        why = f"has none of {', '.join(f'{name}/' for name in FOLDERS)}"
        raise ConfigError([Problem(str(directory), why, "Name the directory above them")])
    return load_bundle(read_policy_files(schemas, policies, rules))


def _folder(directory: Path, name: str) -> Path | None:
    return directory / name if (directory / name).is_dir() else None
