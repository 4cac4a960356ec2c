"""``assay views``: what Redis holds, and whether it is what the topics say."""

from typing import ClassVar

import click

from .main import VerbGroup


class ViewsGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "criticals": ("views_show", "criticals"),
        "rebuild": ("views_check", "rebuild_views"),
        "top": ("views_show", "top"),
        "verify": ("views_check", "verify_views"),
    }


@click.group(cls=ViewsGroup)
def views() -> None:
    """Compare the views with the topics, make them again, or look at them."""
