"""The configuration of Prometheus."""

from collections.abc import Sequence

from ..core.document import Json
from .pace import duration
from .site import MonitoringSite

RULES_FILE = "rules.yml"


def prometheus_document(site: MonitoringSite) -> dict[str, Json]:
    """The file ``prometheus.yml``; its rules lie beside it."""
    pace = duration(site.pace.scrape_s)
    jobs = [_job("assay", site.workers), _job("prometheus", [site.prometheus])]
    jobs += [
        _job(name, targets)
        for name, targets in (("assay_api", site.api), ("assay_audit", site.audit))
        if targets
    ]
    return {
        "global": {"scrape_interval": pace, "evaluation_interval": pace},
        "rule_files": [RULES_FILE],
        "alerting": {"alertmanagers": [_targets(site.alertmanagers)] if site.alertmanagers else []},
        "scrape_configs": [*jobs],
    }


def _job(name: str, targets: Sequence[str]) -> dict[str, Json]:
    return {"job_name": name, **_targets(targets)}


def _targets(targets: Sequence[str]) -> dict[str, Json]:
    return {"static_configs": [{"targets": [*targets]}]}
