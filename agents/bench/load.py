"""The input of all peers: made once, published once."""

import time
from collections.abc import Iterator, Mapping

from assay.agents.generate import publish
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import DEFAULT_MIX, Generated, generate

SEED = 12
TENANTS = 8
FAULT_SHARE = 0.03
MIX: Mapping[IssueCode, float] = {
    code: weight for code, weight in DEFAULT_MIX.items() if code != IssueCode.CORRUPT_TOO_LARGE
}
"""Without values of a megabyte: one more or less of them would change what a record costs."""


def bench_load(count: int, fault_share: float = FAULT_SHARE) -> Iterator[Generated]:
    """So many ``workflow_trace`` records of about 1.8 KB, that share of them with a fault."""
    return generate(SEED, count, tenants=TENANTS, fault_share=fault_share, mix=MIX, now_ns=time.time_ns())


def publish_load(settings: Settings, count: int, fault_share: float = FAULT_SHARE) -> None:
    """Fill ``traces.raw`` of these settings. Raises :class:`DependencyUnavailableError` when not all of it arrived."""
    topic = topic_name(TopicRole.RAW, settings.topic_prefix)
    result = publish(settings, bench_load(count, fault_share), topic=topic)
    if result.acked != count:
        raise DependencyUnavailableError(
            f"Kafka acknowledged {result.acked} of {count} records: look at its log (assay dev logs kafka)"
        )
