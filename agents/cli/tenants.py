"""``assay tenants``."""

from typing import ClassVar

import click

from .main import VerbGroup


class TenantsGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "report": ("tenants_report", "report_of_tenant"),
        "shred": ("tenants_shred", "shred_tenant"),
    }


@click.group(cls=TenantsGroup)
def tenants() -> None:
    """What concerns one tenant as a whole."""
