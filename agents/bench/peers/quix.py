"""Quix Streams with its exactly-once guarantee: parse, validate with the fast validator, send on."""

import tempfile

import jsonschema_rs
from quixstreams import Application

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .checking import is_valid, workflow_schema


def run(job: Job, watch: Stopwatch) -> None:
    """Validate the job's records; commits every so often as it does by default."""
    done = 0

    def processed(_topic: str, _partition: int, _offset: int) -> None:
        nonlocal done
        watch.arrived()
        done += 1
        if done == job.records:
            # Ends the loop, which then commits for the last time.
            application.stop()

    with tempfile.TemporaryDirectory() as folder:
        application = Application(
            job.bootstrap_servers,
            consumer_group=job.group("quix"),
            auto_offset_reset="earliest",
            processing_guarantee="exactly-once",
            auto_create_topics=False,
            state_dir=folder,
            loglevel="WARNING",
            on_message_processed=processed,
        )
        source = application.topic(job.source, key_deserializer="bytes", value_deserializer="bytes")
        sink = application.topic(job.sink, key_serializer="bytes", value_serializer="bytes")
        conforms = jsonschema_rs.validator_for(workflow_schema()).is_valid
        application.dataframe(source).filter(lambda value: is_valid(value, conforms)).to_topic(sink)
        application.run()
        watch.committed(done)
