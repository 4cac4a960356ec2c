"""A Faust agent as a tutorial writes it: parse, validate, send. At least once, at best."""

import asyncio
import tempfile
from collections.abc import Callable

import faust
from jsonschema import Draft202012Validator

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

from .checking import is_valid, workflow_schema


def run(job: Job, watch: Stopwatch) -> None:
    """Validate the job's records with the reference validator of Python."""
    conforms = Draft202012Validator(workflow_schema()).is_valid
    judge_all(job, watch, lambda value: is_valid(value, conforms))


def judge_all(job: Job, watch: Stopwatch, passes: Callable[[bytes | None], bool]) -> None:
    """Send every record of the job to one of two topics."""
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
        asyncio.run(_run(app, job, watch, passes))


async def _run(app: faust.App, job: Job, watch: Stopwatch, passes: Callable[[bytes | None], bool]) -> None:
    complete = asyncio.Event()
    source = app.topic(job.source, value_type=bytes, key_type=bytes)
    sink = app.topic(job.sink, value_type=bytes, key_type=bytes)
    refused = app.topic(job.refused, value_type=bytes, key_type=bytes)
    seen = 0

    @app.agent(source)  # type: ignore[untyped-decorator]  # faust ships no types
    async def validate(traces: faust.Stream[bytes]) -> None:
        nonlocal seen
        async for key, value in traces.items():
            watch.arrived()
            await (sink if passes(value) else refused).send(key=key, value=value)
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
