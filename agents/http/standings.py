"""How much rules are trusted, kept at hand for a little while."""

import asyncio

from assay.agents.rule_standing import rule_standing
from assay.agents.rule_trust import RuleTrust
from assay.agents.settings import Settings
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.policy.bundle import Bundle

BELIEVED_S = 10.0


class Standings:
    """Reads the last receipts at most every ``BELIEVED_S``."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: tuple[float, str, RuleTrust] | None = None

    async def of(self, bundle: Bundle) -> RuleTrust:
        """The trust in the rules of a bundle. Raises :class:`TransientError`."""
        async with self._lock:
            now_s = self._clock.now_ns() / NANOS_PER_SECOND
            if self._known is not None:
                at_s, known, trust = self._known
                if known == bundle.bundle_id and now_s - at_s < BELIEVED_S:
                    return trust
            trust = await rule_standing(self._settings, bundle)
            self._known = now_s, bundle.bundle_id, trust
            return trust
