"""``assay policy``: what a bundle says, whether it says it rightly, and which one workers use."""

from typing import ClassVar

import click

from .main import VerbGroup


class PolicyGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "active": ("policy_publish", "active"),
        "diff": ("policy_diff", "diff"),
        "lint": ("policy_lint", "lint"),
        "publish": ("policy_publish", "publish"),
        "show": ("policy_show", "show"),
        "test": ("policy_test", "test"),
    }


@click.group(cls=PolicyGroup)
def policy() -> None:
    """Check, show, compare, try out and publish bundles: schemas, policies and remediation rules."""
