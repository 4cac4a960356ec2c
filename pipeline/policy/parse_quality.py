"""``policies/quality.yaml``: thresholds of the quality metrics."""

from collections.abc import Mapping

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .quality_rules import MOST, RATES, QualityMetric, QualityThresholds
from .quoted import quoted

KEYS = ("thresholds", "least_traces")
HIGHEST = 1000.0
"""Issues per trace, which may be more than one."""


def parse_quality(where: str, document: Json, problems: list[Problem]) -> QualityThresholds:
    """What the file says; what it leaves out is as it ships, and ``null`` is no threshold. Faults become problems."""
    fields = Fields(where, document, KEYS, problems)
    usual = QualityThresholds().least_traces
    least = fields.integer("least_traces", 1, 10**9, default=usual)
    return QualityThresholds(_thresholds(fields, problems), usual if least is None else least)


def _thresholds(fields: Fields, problems: list[Problem]) -> Mapping[QualityMetric, float]:
    document = fields.get("thresholds") if fields.has("thresholds") else {}
    rows = Fields(fields.place("thresholds"), document, RATES, problems)
    found = {**MOST}
    for metric in RATES:
        value = rows.get(metric)
        if not rows.has(metric):
            continue
        if value is None:
            found.pop(metric, None)
        elif isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= HIGHEST:
            found[metric] = float(value)
        else:
            why = f"{quoted(value)} is not a number from 0 to {HIGHEST:.0f}"
            rows.problem(metric, why, "Write a share such as 0.05, or null for none")
    return found
