"""Where the parts of monitoring are: the only thing that differs between two installations."""

from dataclasses import dataclass, field

from .pace import Pace


@dataclass(frozen=True, slots=True)
class MonitoringSite:
    """Addresses are ``host:port``; what is empty is left out. The defaults are those of ``docker/compose.yaml``."""

    workers: tuple[str, ...] = ("worker:6066", "worker:6067")
    """Every process of every worker: the lanes', and that of the low-rate agents on the next port."""
    api: tuple[str, ...] = ()
    """Every `assay serve`."""
    audit: tuple[str, ...] = ()
    """Node exporters whose textfile collector has what ``assay audit --metrics`` wrote."""
    prometheus: str = "127.0.0.1:9090"
    """As Prometheus reaches itself."""
    prometheus_url: str = "http://prometheus:9090"
    """As Grafana reaches it."""
    alertmanagers: tuple[str, ...] = ("alertmanager:9093",)
    webhook: str = ""
    """Who is told of alerts; nobody is when it is empty, they stand on Alertmanager's page."""
    watchdog: str = ""
    """Who is told every few minutes that alerts arrive, and calls when that ends."""
    runbooks: str = "docs/runbooks.md"
    """The page that ``runbook_url`` leads to; each alert is a heading of it."""
    pace: Pace = field(default_factory=Pace)
