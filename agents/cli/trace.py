"""``assay trace``: one trace."""

import click

from .trace_show import show


@click.group()
def trace() -> None:
    """Look at one trace."""


trace.add_command(show)
