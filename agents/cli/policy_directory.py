"""What the verbs of ``assay policy`` share: where a bundle is."""

from pathlib import Path

import click

from assay.agents.policy_files import Roots, policy_roots, read_roots
from assay.agents.settings import load_settings
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle

DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
WHERE = (
    "DIR holds policies/, schemas/ and remediation_rules/; one that is missing is taken from where the settings say. "
    "Without DIR all are."
)


def roots_of(directory: Path | None) -> Roots:
    """Where the folders of the bundle are. Raises :class:`ConfigError` for a directory that has none of them."""
    return policy_roots(load_settings(), directory)


def bundle_of(directory: Path | None) -> Bundle:
    """The bundle. Raises :class:`ConfigError` with everything wrong with it."""
    return load_bundle(read_roots(roots_of(directory)))
