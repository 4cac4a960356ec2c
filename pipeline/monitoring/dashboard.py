"""The dashboard "Invalid Trace Monitoring": six panels (S0-185 … S0-191), and how Grafana finds it."""

from collections.abc import Mapping

from ..core.document import Json
from .expressions import (
    BY_CATEGORY,
    BY_SEVERITY,
    INVALID_SHARE,
    RECENT_CRITICALS,
    RESOLUTION_P95,
    TOP_TENANTS,
)
from .panel import DATASOURCE_UID, Panel, panel_document
from .rules import DASHBOARD_UID
from .site import MonitoringSite

TITLE = "Invalid Trace Monitoring"
REFRESH = "30s"
DASHBOARD_FILE = f"{DASHBOARD_UID}.json"
FOUND_AT = "/etc/grafana/dashboards"
"""Where Grafana sees the folder of dashboards."""
WIDTH, HEIGHT, COLUMNS = 8, 9, 3
MOST_CRITICALS = 50

_SUMS: Mapping[str, Json] = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}


def _table(*without: str, **names: str) -> tuple[Mapping[str, Json], ...]:
    excluded: dict[str, Json] = dict.fromkeys(("Time", *without), True)
    renamed: dict[str, Json] = dict(names)
    return ({"id": "organize", "options": {"excludeByName": excluded, "renameByName": renamed}},)


PANELS = (
    Panel(
        "Invalid Trace Rate",
        "stat",
        INVALID_SHARE,
        "The share of traces that did not pass, of those judged within five minutes.",
        instant=False,
        unit="percentunit",
        thresholds=((0.01, "yellow"), (0.05, "orange"), (0.1, "red")),
        options={**_SUMS, "graphMode": "area", "colorMode": "value"},
    ),
    Panel(
        "Issues by Severity",
        "piechart",
        BY_SEVERITY,
        "Issue groups by severity, also those that are over and not yet forgotten.",
        legend="{{severity}}",
        options={
            **_SUMS,
            "pieType": "pie",
            "legend": {"displayMode": "table", "placement": "right", "showLegend": True, "values": ["value"]},
        },
    ),
    Panel(
        "Issues by Category",
        "barchart",
        BY_CATEGORY,
        "Issue groups by category.",
        legend="{{category}}",
        options={"orientation": "horizontal", "legend": {"showLegend": False}},
        transformations=(
            {"id": "reduce", "options": {"reducers": ["lastNotNull"], "labelsToFields": False}},
        ),
    ),
    Panel(
        "Resolution Time",
        "histogram",
        RESOLUTION_P95,
        "Within which time 95 of 100 problems of a day were resolved: how often it was how long, over the time that is looked at.",
        legend="p95",
        instant=False,
        unit="s",
        options={
            "combine": False,
            "legend": {"showLegend": True, "displayMode": "list", "calcs": ["lastNotNull"]},
        },
    ),
    Panel(
        "Top Affected Tenants",
        "table",
        TOP_TENANTS,
        "Invalid traces within an hour, by tenant; those that few come from are _other.",
        options={"sortBy": [{"displayName": "invalid traces", "desc": True}]},
        transformations=_table(tenant_id="tenant", Value="invalid traces"),
    ),
    Panel(
        "Recent Critical Issues",
        "table",
        RECENT_CRITICALS,
        "Critical issues of a day, by code, where a critical problem is open. `assay issues list` and the web page name each.",
        options={"sortBy": [{"displayName": "issues", "desc": True}]},
        transformations=(
            *_table(Value="issues"),
            {"id": "limit", "options": {"limitField": MOST_CRITICALS}},
        ),
    ),
)


def dashboard_document() -> dict[str, Json]:
    """The dashboard, for Grafana 12 and later ones that read schema 39."""
    panels: list[Json] = [
        panel_document(panel, number + 1, _place(number)) for number, panel in enumerate(PANELS)
    ]
    return {
        "uid": DASHBOARD_UID,
        "title": TITLE,
        "description": "Written by assay config generate: change pipeline/monitoring, not this file.",
        "tags": ["assay"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": REFRESH,
        "timezone": "utc",
        "time": {"from": "now-6h", "to": "now"},
        "panels": panels,
    }


def _place(number: int) -> Mapping[str, Json]:
    return {
        "x": number % COLUMNS * WIDTH,
        "y": number // COLUMNS * HEIGHT,
        "w": WIDTH,
        "h": HEIGHT,
    }


def datasources_document(site: MonitoringSite) -> dict[str, Json]:
    """Where Grafana asks."""
    return {
        "apiVersion": 1,
        "datasources": [
            {
                "name": "Prometheus",
                "uid": DATASOURCE_UID,
                "type": "prometheus",
                "access": "proxy",
                "url": site.prometheus_url,
                "isDefault": True,
                "editable": False,
            }
        ],
    }


def providers_document() -> dict[str, Json]:
    """Where Grafana finds dashboards."""
    return {
        "apiVersion": 1,
        "providers": [
            {
                "name": "Assay",
                "type": "file",
                "disableDeletion": True,
                "allowUiUpdates": False,
                "options": {"path": FOUND_AT},
            }
        ],
    }
