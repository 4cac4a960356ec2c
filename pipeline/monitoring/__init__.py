"""Prometheus, Alertmanager and Grafana: their configuration as data (S0-185 … S0-197)."""

from .files import monitoring_files
from .pace import Pace
from .rules import alerts_in, rule_groups
from .site import MonitoringSite
from .top_labels import TopLabels

__all__ = ["MonitoringSite", "Pace", "monitoring_files", "rule_groups", "alerts_in", "TopLabels"]
