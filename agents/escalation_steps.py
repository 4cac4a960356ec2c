"""``escalation_steps_total``: what came of the steps of chains, counted when their events are committed."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, Counter

from assay.pipeline.core.metrics import ESCALATION_STEPS
from assay.pipeline.escalate import EffectKind
from assay.pipeline.escalate.event import SCHEMA
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.escalation import VOLUME, Confirm, EscalationMatrix

NO_CHAIN = "none"
"""Chain and step of ``stopped``: it ends all chains of a group."""
STOPPED = (NO_CHAIN, NO_CHAIN, EffectKind.STOPPED.value)


class EscalationSteps:
    """The counter. A :class:`assay.agents.bundles.BundleUser`: what a matrix can bring about starts at zero (D-04)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        metric = ESCALATION_STEPS
        self._total = Counter(metric.name, metric.help, metric.labels, registry=registry)

    def use(self, bundle: Bundle) -> None:
        """Expect this bundle's chains from now on; groups that began under another one end with that."""
        for labels in _expected(bundle.escalation):
            self._total.labels(*labels)

    def take(self, value: bytes) -> None:
        """Count a committed event of ``quality.escalations``; those of others, such as tasks that were assigned, are no steps."""
        event = orjson.loads(value)
        if event.get("schema") == SCHEMA:
            self._total.labels(*_labels(event)).inc()


def _labels(event: Mapping[str, Any]) -> tuple[str, str, str]:
    chain, kind = event["chain"], event["kind"]
    if kind == EffectKind.STOPPED:
        return STOPPED
    # Volume steps are numbered for as long as a group lives: no label may grow with them.
    return chain, "0" if chain == VOLUME else str(event["step"]), kind


def _expected(matrix: EscalationMatrix) -> Iterator[tuple[str, str, str]]:
    for chain in (*matrix.chains.values(), *matrix.overlays.values()):
        for number, step in enumerate(chain.steps):
            for kind in (EffectKind.STEP, EffectKind.SKIPPED):
                yield chain.name, str(number), kind.value
            if step.confirm is Confirm.REQUIRED:
                yield chain.name, str(number), EffectKind.CONFIRMATION.value
    if matrix.volume is not None:
        yield VOLUME, "0", EffectKind.STEP.value
    yield STOPPED
