"""What a panel of the dashboard is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.document import Json

DATASOURCE_UID = "prometheus"


@dataclass(frozen=True, slots=True)
class Panel:
    """One question and how its answer is drawn."""

    title: str
    kind: str
    """Grafana's word."""
    expr: str
    description: str
    legend: str = ""
    instant: bool = True
    """The answer as of now, or over the time that is looked at."""
    unit: str = "short"
    thresholds: tuple[tuple[float, str], ...] = ()
    """From which value on which colour."""
    options: Mapping[str, Json] = field(default_factory=dict)
    transformations: tuple[Mapping[str, Json], ...] = ()


def panel_document(panel: Panel, number: int, place: Mapping[str, Json]) -> dict[str, Json]:
    """As Grafana reads it; ``number`` from 1."""
    source: dict[str, Json] = {"type": "prometheus", "uid": DATASOURCE_UID}
    steps: list[Json] = [{"color": "green", "value": None}]
    steps += [{"color": colour, "value": value} for value, colour in panel.thresholds]
    return {
        "id": number,
        "title": panel.title,
        "description": panel.description,
        "type": panel.kind,
        "datasource": source,
        "gridPos": dict(place),
        "targets": [
            {
                "refId": "A",
                "datasource": source,
                "expr": panel.expr,
                "legendFormat": panel.legend,
                "instant": panel.instant,
                "range": not panel.instant,
                "format": "table" if panel.kind == "table" else "time_series",
            }
        ],
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "noValue": "none",
                "color": {"mode": "thresholds" if panel.thresholds else "palette-classic"},
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
        "options": dict(panel.options),
        "transformations": [dict(each) for each in panel.transformations],
    }
