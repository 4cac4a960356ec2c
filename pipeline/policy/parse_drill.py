"""``policies/drill.yaml``: the tenant of drills, and their channels."""

from collections.abc import Mapping

from ..core.document import Json
from ..core.errors import Problem
from .drill_rules import DrillRules
from .fields import Fields, closest
from .notifications import Channel
from .parse_notifications import NAME
from .quoted import quoted
from .tenant import TENANT_PATTERN

KEYS = ("tenant", "channels")


def parse_drill(
    where: str, document: Json, channels: Mapping[str, Channel], problems: list[Problem]
) -> DrillRules:
    """What the file says; what it leaves out is as it ships. ``channels`` are those that notifications declare.

    Every wrong thing in it is a problem, a channel that nobody declares too: a drill that nobody hears proves nothing.
    """
    fields = Fields(where, document, KEYS, problems)
    usual = DrillRules()
    tenant = fields.text("tenant", TENANT_PATTERN) if fields.has("tenant") else usual.tenant
    named = fields.texts("channels", NAME) if fields.has("channels") else usual.channels
    if not named:
        fields.problem("channels", "names no channel", "Name at least one, such as console")
    for name in named if fields.has("channels") else ():
        if name not in channels:
            remedy = closest(name, sorted(channels)) if channels else "Declare it in notifications.yaml"
            fields.problem("channels", f"{quoted(name)} is no channel of notifications.yaml", remedy)
    return DrillRules(usual.tenant if tenant is None else tenant, named)
