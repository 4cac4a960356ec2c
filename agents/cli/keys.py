"""``assay keys``: who is let into the API, and what for."""

from typing import ClassVar

import click

from .main import VerbGroup


class KeysGroup(VerbGroup):
    """Loads a verb's module only when it is called."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "create": ("keys_change", "create"),
        "list": ("keys_list", "list_keys"),
        "revoke": ("keys_change", "revoke"),
        "rotate": ("keys_change", "rotate"),
    }


@click.group(cls=KeysGroup)
def keys() -> None:
    """Make keys to the API, replace and revoke them. Only hashes are kept, in ASSAY_API_KEYS_FILE."""
