"""``assay replay status``: jobs as the topic has them."""

import asyncio
import json

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.replay.documents import job_document
from assay.agents.replay.predict import read_book
from assay.agents.replay.shelf import KafkaShelf
from assay.agents.settings import Settings, load_settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.replay import ReplayBook

from .acting import as_json_option, quiet
from .main import FINDINGS

COLUMNS = ("job", "status", "replayed", "left", "passed over", "started", "by", "why")


@click.command()
@click.argument("job", required=False)
@as_json_option
@click.pass_context
def status(ctx: click.Context, job: str | None, *, as_json: bool) -> None:
    """Show a job, or all that the topic remembers, the newest first.

    Exit status 1 when there is no such job.
    """
    settings = load_settings()
    quiet()
    book = asyncio.run(_book(settings))
    if job is not None and job not in book.jobs:
        click.echo(f"there is no job {job}", err=True)
        ctx.exit(FINDINGS)
    chosen = [*book.jobs.values()] if job is None else [book.jobs[job]]
    chosen.sort(key=lambda each: each.started_at, reverse=True)
    if as_json:
        documents = [job_document(each) for each in chosen]
        click.echo(json.dumps(documents if job is None else documents[0], indent=2))
        return
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for each in chosen:
        passed_over = sum(each.done.values()) - each.replayed
        table.add_row(
            each.job,
            each.status.value,
            str(each.replayed),
            str(each.remaining),
            str(passed_over),
            f"{each.started_at[:19]}Z",
            each.actor,
            each.why or each.reason,
        )
    Console(width=160).print(table)


async def _book(settings: Settings) -> ReplayBook:
    shelf = KafkaShelf(settings)
    await shelf.start()
    try:
        return await read_book(shelf, topic_name(TopicRole.REPLAYS, settings.topic_prefix))
    finally:
        await shelf.stop()
