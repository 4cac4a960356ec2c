"""``assay config``: configuration of what stands around Assay."""

from typing import ClassVar

import click

from .main import VerbGroup


class ConfigGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {"generate": ("config_generate", "generate")}


@click.group(cls=ConfigGroup)
def config() -> None:
    """Write the configuration of Prometheus, Alertmanager and Grafana."""
