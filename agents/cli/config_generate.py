"""``assay config generate``: Prometheus, Alertmanager and Grafana from one source."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import click

from assay.agents.monitoring_files import FileState, compare, write
from assay.pipeline.monitoring import MonitoringSite, Pace, monitoring_files

from .main import FINDINGS

DEFAULT = MonitoringSite()


class Url(click.ParamType):
    """An address that begins with http:// or https://; what is wrong with it is said without quoting it, it may hold a secret."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """See :class:`click.ParamType`."""
        try:
            parts = urlsplit(value)
            whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            whole = False
        if not whole:
            self.fail("it is no address that begins with http:// or https://", param, ctx)
        return value


class HostPort(click.ParamType):
    """``host:port``."""

    name = "host:port"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """See :class:`click.ParamType`."""
        try:
            parts = urlsplit(f"//{value}")
            whole = parts.hostname and parts.port and parts.netloc == value and "@" not in value
        except ValueError:
            whole = False
        if not whole:
            self.fail(f"{value!r} is not host:port", param, ctx)
        return value


@click.command(
    help="""Write the configuration into DIR (default: docker), or with --check compare it and change nothing.

    Without options it is that of docker/compose.yaml; an installation of your own gives its addresses.

    Exit status: 0 written, or the same; 1 with --check when a file differs or is missing.
    """
)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default="docker")
@click.option("--check", is_flag=True, help="Only compare.")
@click.option(
    "--worker",
    "workers",
    type=HostPort(),
    multiple=True,
    help=f"A worker process to scrape; once for each, also that of the low-rate agents. Default: {', '.join(DEFAULT.workers)}",
)
@click.option("--api", type=HostPort(), multiple=True, help="An `assay serve` to scrape.")
@click.option(
    "--audit",
    type=HostPort(),
    multiple=True,
    help="A node exporter whose textfile collector has what `assay audit --metrics` wrote.",
)
@click.option(
    "--alertmanager",
    "alertmanagers",
    type=HostPort(),
    multiple=True,
    help=f"Where Prometheus sends alerts. Default: {', '.join(DEFAULT.alertmanagers)}",
)
@click.option(
    "--prometheus",
    type=HostPort(),
    default=DEFAULT.prometheus,
    help="As Prometheus reaches itself.",
    show_default=True,
)
@click.option(
    "--prometheus-url",
    type=Url(),
    default=DEFAULT.prometheus_url,
    help="As Grafana reaches it.",
    show_default=True,
)
@click.option("--webhook", type=Url(), help="Who is told of alerts. Default: nobody.")
@click.option(
    "--watchdog",
    type=Url(),
    help="Who is told every five minutes that alerts arrive. Default: nobody.",
)
@click.option(
    "--runbooks", default=DEFAULT.runbooks, help="Where people find docs/runbooks.md.", show_default=True
)
@click.option(
    "--scrape",
    type=click.IntRange(1, 60),
    default=DEFAULT.pace.scrape_s,
    help="Seconds between two scrapes. Windows of rules follow it.",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def generate(
    ctx: click.Context,
    folder: Path,
    *,
    check: bool,
    workers: tuple[str, ...],
    api: tuple[str, ...],
    audit: tuple[str, ...],
    alertmanagers: tuple[str, ...],
    prometheus: str,
    prometheus_url: str,
    webhook: str | None,
    watchdog: str | None,
    runbooks: str,
    scrape: int,
    as_json: bool,
) -> None:
    """See ``help`` above."""
    files = monitoring_files(
        MonitoringSite(
            workers=workers or DEFAULT.workers,
            api=api,
            audit=audit,
            prometheus=prometheus,
            prometheus_url=prometheus_url,
            alertmanagers=alertmanagers or DEFAULT.alertmanagers,
            webhook=webhook or "",
            watchdog=watchdog or "",
            runbooks=runbooks,
            pace=Pace(scrape),
        )
    )
    states = compare(files, folder) if check else write(files, folder)
    _show(states, folder, as_json=as_json)
    if check and set(states.values()) != {FileState.SAME}:
        ctx.exit(FINDINGS)


def _show(states: Mapping[str, FileState], folder: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": states}, indent=2))
        return
    for name, state in states.items():
        click.echo(f"{state.value:8} {folder / name}")
