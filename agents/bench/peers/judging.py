"""Our own judge as a library: what peers call that do the same checks with the same libraries."""

import time
from collections.abc import Callable
from typing import Any

from assay.agents.bench.job import Job
from assay.agents.policy_files import load_policies
from assay.pipeline.core.record import RawRecord
from assay.pipeline.flow import Judge


def judging(job: Job) -> Callable[[bytes | None, Any, int, Any], bool]:
    """Value, key, timestamp and headers of a record → whether all detectors let it pass."""
    settings = job.settings()
    judge = Judge(load_policies(settings), topic_prefix=settings.topic_prefix)

    def passes(value: bytes | None, key: Any, timestamp: int, headers: Any) -> bool:
        record = RawRecord(job.source, 0, 0, timestamp, key, value, headers or ())
        return not judge(record, time.time_ns()).blocking

    return passes
