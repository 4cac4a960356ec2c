"""``assay audit-log``: who did or opened what, and whether that account is whole."""

import click

from .audit_log_verify import verify


@click.group("audit-log")
def audit_log() -> None:
    """Check the account of what people did: who opened, changed or released what, and why."""


audit_log.add_command(verify)
