"""``assay escalations``: who was called, who is next, and whether the escalator does its work."""

import click

from .escalations_check import check
from .escalations_list import show


@click.group()
def escalations() -> None:
    """Look at escalations: what each waits for, and whether one has stalled."""


escalations.add_command(check)
escalations.add_command(show)
