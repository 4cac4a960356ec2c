"""``assay rules``: which remediation rules there are, whether they do what their cases say, what they would do and what they did."""

from typing import ClassVar

import click

from .main import VerbGroup


class RulesGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "list": ("rules_list", "list_rules"),
        "preview": ("rules_preview", "preview"),
        "receipts": ("rules_receipts", "receipts"),
        "test": ("rules_test", "test"),
        "undo": ("rules_undo", "undo"),
    }


@click.group(cls=RulesGroup)
def rules() -> None:
    """List, try out and preview remediation rules; see what they did, and take it back."""
