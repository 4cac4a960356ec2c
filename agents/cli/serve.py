"""``assay serve``: the API and the page."""

import getpass

import click

from assay.agents.logs import set_up_logging
from assay.agents.settings import load_settings


@click.command("serve")
def serve() -> None:
    """Serve the API and the page until a signal ends it.

    It listens on ASSAY_SERVE_HOST and ASSAY_SERVE_PORT. On this machine and without keys it is open to everybody who is
    on it; elsewhere it needs keys (assay keys create), and does not start without.

    Exit status: 0; 2 for wrong settings, and for listening elsewhere without keys.
    """
    from assay.agents.http.serving import run_server  # noqa: PLC0415 - the other verbs need no web server

    settings = load_settings()
    set_up_logging(settings.log_level)
    run_server(settings, getpass.getuser())
