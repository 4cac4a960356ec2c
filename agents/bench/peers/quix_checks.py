"""Quix Streams with its exactly-once guarantee, and all our checks."""

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .judging import judging
from .quix import BATCH, judge_all


def run(job: Job, watch: Stopwatch) -> None:
    """As :func:`.quix.run`, judged by every detector."""
    passes = judging(job)
    judge_all(
        job,
        watch,
        lambda frame: frame.apply(
            lambda value, key, timestamp, headers: (value, passes(value, key, timestamp, headers)),
            metadata=True,
        ),
        commit_every=BATCH,
    )
