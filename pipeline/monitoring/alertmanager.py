"""The configuration of Alertmanager: who is told of what, how soon, and what stays silent meanwhile (OPERATIONS 5.1)."""

from ..core.document import Json
from .pace import CRITICAL_WAIT_S, duration
from .site import MonitoringSite

ON_CALL, TEAMS, WATCHDOG = "on_call", "teams", "watchdog"

CONSEQUENCES = {
    "WorkerDown": ("DetectionSlow", "LagGrows", "TracesStopped"),
    "ConsumerStalled": ("DetectionSlow", "LagGrows", "TracesStopped"),
    "DataLost": ("LagGrows",),
}
"""Alert → those that it explains: they need nobody of their own while it fires."""


def alertmanager_document(site: MonitoringSite) -> dict[str, Json]:
    """The file ``alertmanager.yml``."""
    return {
        "route": {
            "receiver": TEAMS,
            "group_by": ["team", "alertname"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": [_watchdog(), _critical()],
        },
        "inhibit_rules": [
            {
                "source_matchers": [f'alertname="{source}"'],
                "target_matchers": [f'alertname=~"{"|".join(targets)}"'],
            }
            for source, targets in CONSEQUENCES.items()
        ],
        "receivers": [
            _receiver(ON_CALL, site.webhook),
            _receiver(TEAMS, site.webhook),
            _receiver(WATCHDOG, site.watchdog, resolved=False),
        ],
    }


def _critical() -> dict[str, Json]:
    """At once (S4-76 … S4-78). By team only: a critical issue and that it is open are one call, which ends when both do."""
    return {
        "receiver": ON_CALL,
        "matchers": ['severity="critical"'],
        "group_by": ["team"],
        "group_wait": duration(CRITICAL_WAIT_S),
        "group_interval": duration(CRITICAL_WAIT_S),
        "repeat_interval": "12h",
    }


def _watchdog() -> dict[str, Json]:
    """It says every five minutes that the way from Prometheus to people is whole."""
    return {
        "receiver": WATCHDOG,
        "matchers": ['alertname="Watchdog"'],
        "group_wait": "0s",
        "group_interval": "1m",
        "repeat_interval": "5m",
    }


def _receiver(name: str, url: str, *, resolved: bool = True) -> dict[str, Json]:
    if not url:
        return {"name": name}
    return {"name": name, "webhook_configs": [{"url": url, "send_resolved": resolved}]}
