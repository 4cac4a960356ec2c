"""``policies/drill.yaml`` as data: whose the synthetic traces of a drill are, and who hears of them (S0-198 … S0-206)."""

from dataclasses import dataclass

DRILL_TENANT = "9007199254740991"
"""The largest id that the shipped schemas take: no counter gets there."""


@dataclass(frozen=True, slots=True)
class DrillRules:
    """Kept apart from tenants: left out of sums over all of them, and told to nobody but the drill's channels."""

    tenant: str = DRILL_TENANT
    channels: tuple[str, ...] = ("console",)
    """Names of channels. What a drill raises goes through these and no others, even when all of them are off."""
