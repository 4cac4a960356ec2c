"""A Bytewax dataflow with all our checks. At least once, with its recovery store."""

from bytewax.connectors.kafka import KafkaSourceMessage

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .bytewax_flow import judge_all
from .judging import judging


def run(job: Job, watch: Stopwatch) -> None:
    """As :func:`.bytewax_flow.run`, judged by every detector."""
    passes = judging(job)

    def judge(message: KafkaSourceMessage) -> bool:
        return passes(message.value, message.key, int(message.timestamp[1]), message.headers)

    judge_all(job, watch, judge)
