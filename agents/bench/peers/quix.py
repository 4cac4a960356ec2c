"""Quix Streams with its exactly-once guarantee: parse, validate with the fast validator, send each record to one of two topics."""

import tempfile
from collections.abc import Callable

import jsonschema_rs
from quixstreams import Application
from quixstreams.dataframe import StreamingDataFrame

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .checking import is_valid, workflow_schema

BATCH = 1000

Judging = Callable[[StreamingDataFrame], StreamingDataFrame]
"""From values to pairs: the value, and whether it passes."""


def run(job: Job, watch: Stopwatch) -> None:
    """Validate the job's records, a transaction for each thousand, as everybody else here."""
    judge_all(job, watch, by_schema(), commit_every=BATCH)


def by_schema() -> Judging:
    """Parses with the standard library, and asks the fast validator."""
    conforms = jsonschema_rs.validator_for(workflow_schema()).is_valid
    return lambda frame: frame.apply(lambda value: (value, is_valid(value, conforms)))


def judge_all(job: Job, watch: Stopwatch, judging: Judging, commit_every: int) -> None:
    """Judge the job's records; with ``commit_every`` 0 Quix commits when it does by default: every five seconds."""
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
        judged = judging(application.dataframe(source))
        judged.filter(lambda pair: pair[1]).apply(lambda pair: pair[0]).to_topic(passed)
        judged.filter(lambda pair: not pair[1]).apply(lambda pair: pair[0]).to_topic(refused)
        application.run()
        watch.committed(done)
