"""``assay rules``: which remediation rules there are, whether they do what their cases say, and what they would do to a trace."""

from typing import ClassVar

import click

from .main import VerbGroup


class RulesGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "list": ("rules_list", "list_rules"),
        "preview": ("rules_preview", "preview"),
        "test": ("rules_test", "test"),
    }


@click.group(cls=RulesGroup)
def rules() -> None:
    """List, try out and preview remediation rules."""
