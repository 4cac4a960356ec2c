"""All configuration of monitoring as texts of files, from one source: the same site gives the same bytes."""

import json
from collections.abc import Mapping

import yaml

from ..core.document import Json
from .alertmanager import alertmanager_document
from .dashboard import DASHBOARD_FILE, dashboard_document, datasources_document, providers_document
from .prometheus import RULES_FILE, prometheus_document
from .rules import rules_document
from .site import MonitoringSite

NOTICE = "# Written by `assay config generate`: change pipeline/monitoring, not this file.\n"


def monitoring_files(site: MonitoringSite) -> Mapping[str, str]:
    """Text by path below the folder of containers."""
    return {
        "prometheus/prometheus.yml": _yaml(prometheus_document(site)),
        f"prometheus/{RULES_FILE}": _yaml(rules_document(site)),
        "alertmanager/alertmanager.yml": _yaml(alertmanager_document(site)),
        "grafana/datasources.yaml": _yaml(datasources_document(site)),
        "grafana/dashboards.yaml": _yaml(providers_document()),
        f"grafana/dashboards/{DASHBOARD_FILE}": json.dumps(dashboard_document(), indent=2) + "\n",
    }


class _Dumper(yaml.SafeDumper):
    """Expressions of several lines stay readable, and nothing is written as a reference to something above it."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's signature
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _yaml(document: dict[str, Json]) -> str:
    return NOTICE + yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True)
