"""A Faust agent as a tutorial writes it: parse, validate, send. At least once, at best."""

import asyncio
import tempfile

import faust
from jsonschema import Draft202012Validator

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .checking import is_valid, workflow_schema


def run(job: Job, watch: Stopwatch) -> None:
    """Validate the job's records with the reference validator of Python."""
    with tempfile.TemporaryDirectory() as folder:
        app = faust.App(
            job.group("faust"),
            broker=f"kafka://{job.bootstrap_servers}",
            datadir=folder,
            autodiscover=False,
            topic_disable_leader=True,
            web_enabled=False,
            value_serializer="raw",
            key_serializer="raw",
        )
        asyncio.run(_run(app, job, watch))


async def _run(app: faust.App, job: Job, watch: Stopwatch) -> None:
    complete = asyncio.Event()
    source = app.topic(job.source, value_type=bytes, key_type=bytes)
    sink = app.topic(job.sink, value_type=bytes, key_type=bytes)
    refused = app.topic(job.refused, value_type=bytes, key_type=bytes)
    conforms = Draft202012Validator(workflow_schema()).is_valid
    seen = 0

    @app.agent(source)  # type: ignore[untyped-decorator]  # faust ships no types
    async def validate(traces: faust.Stream[bytes]) -> None:
        nonlocal seen
        async for key, value in traces.items():
            watch.arrived()
            await (sink if is_valid(value, conforms) else refused).send(key=key, value=value)
            seen += 1
            if seen == job.records:
                complete.set()

    await app.start()
    try:
        await complete.wait()
        await app.producer.flush()
        watch.committed(seen)
    finally:
        await app.stop()
