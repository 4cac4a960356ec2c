"""``assay quarantine``: what is contained, until when, and how it gets out."""

from typing import ClassVar

import click

from .main import VerbGroup


class QuarantineGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "limits": ("quarantine_limits", "limits"),
        "list": ("quarantine_list", "show_list"),
        "release": ("quarantine_release", "release"),
        "show": ("quarantine_show", "show"),
    }


@click.group(cls=QuarantineGroup)
def quarantine() -> None:
    """Look at contained traces, open one, or let some go through every detector once more."""
