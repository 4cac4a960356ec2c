"""Quix Streams with its exactly-once guarantee: parse, validate with the fast validator, send each record to one of two topics."""

import tempfile

import jsonschema_rs
from quixstreams import Application

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .checking import is_valid, workflow_schema

BATCH = 1000


def run(job: Job, watch: Stopwatch) -> None:
    """Validate the job's records, a transaction for each thousand, as everybody else here."""
    validate_all(job, watch, commit_every=BATCH)


def validate_all(job: Job, watch: Stopwatch, commit_every: int) -> None:
    """Validate the job's records; 0 leaves it to Quix when it commits: every five seconds."""
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
            commit_every=commit_every,
            loglevel="WARNING",
            on_message_processed=processed,
        )
        source = application.topic(job.source, key_deserializer="bytes", value_deserializer="bytes")
        passed, refused = (
            application.topic(name, key_serializer="bytes", value_serializer="bytes")
            for name in (job.sink, job.refused)
        )
        conforms = jsonschema_rs.validator_for(workflow_schema()).is_valid
        judged = application.dataframe(source).apply(lambda value: (value, is_valid(value, conforms)))
        judged.filter(lambda pair: pair[1]).apply(lambda pair: pair[0]).to_topic(passed)
        judged.filter(lambda pair: not pair[1]).apply(lambda pair: pair[0]).to_topic(refused)
        application.run()
        watch.committed(done)
