"""A Bytewax dataflow: parse, validate with the fast validator, send on. At least once, with its recovery store."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import bytewax.operators as op
import jsonschema_rs
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .checking import is_valid, workflow_schema


def run(job: Job, watch: Stopwatch) -> None:
    """Validate all records of the source topic; ends at the end of every partition."""
    conforms = jsonschema_rs.validator_for(workflow_schema()).is_valid
    judge_all(job, watch, lambda message: is_valid(message.value, conforms))


def judge_all(job: Job, watch: Stopwatch, judge: Callable[[KafkaSourceMessage], bool]) -> None:
    """Send every record of the source topic to one of two topics."""

    def passes(message: KafkaSourceMessage) -> bool:
        watch.arrived()
        return judge(message)

    def to_sink(message: KafkaSourceMessage) -> KafkaSinkMessage:
        return KafkaSinkMessage(message.key, message.value, headers=message.headers)

    brokers = [job.bootstrap_servers]
    flow = Dataflow("bench")
    incoming = op.input("in", flow, KafkaSource(brokers, [job.source], tail=False))
    judged = op.branch("judge", incoming, passes)
    for name, stream, topic in (
        ("passed", judged.trues, job.sink),
        ("refused", judged.falses, job.refused),
    ):
        op.output(f"out_{name}", op.map(f"map_{name}", stream, to_sink), KafkaSink(brokers, topic))
    with tempfile.TemporaryDirectory() as folder:
        init_db_dir(Path(folder), 1)
        cli_main(flow, recovery_config=RecoveryConfig(folder))
        watch.committed(job.records)
