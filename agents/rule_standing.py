"""How much each rule is trusted now, from its last receipts: what a worker that starts now would believe (S0-125, S0-128)."""

from assay.pipeline.policy.bundle import Bundle

from .receipts import KafkaReceipts, ReceiptWatch
from .rule_trust import RuleTrust
from .settings import Settings


async def rule_standing(settings: Settings, bundle: Bundle) -> RuleTrust:
    """Read the receipts back. Raises :class:`TransientError`."""
    trust = RuleTrust()
    trust.use(bundle)
    watch = ReceiptWatch(KafkaReceipts(settings), trust)
    try:
        await watch.start()
    finally:
        await watch.stop()
    return trust
