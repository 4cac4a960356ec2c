"""``assay trace show``: the whole story of one trace."""

import json
from collections.abc import Iterator

import click

from assay.agents.clock import SystemClock
from assay.agents.investigate.trail import follow
from assay.agents.moments import FORMS
from assay.agents.settings import load_settings
from assay.pipeline.investigate.story import Story
from assay.pipeline.investigate.told import Chapter, Told

from .acting import as_json_option, quiet
from .investigate_progress import progress
from .main import FINDINGS
from .moments import Moment


@click.command()
@click.argument("named", metavar="ID|TOPIC/PARTITION/OFFSET")
@click.option("--tenant", default="", metavar="ID", help="As this tenant: another's traces are not there.")
@click.option(
    "--since",
    "since_ns",
    type=Moment(),
    default="24h",
    show_default=True,
    help=f"How far to look back: {FORMS}. By the time that the trace's record carries.",
)
@as_json_option
@click.pass_context
def show(ctx: click.Context, /, *, named: str, tenant: str, since_ns: int, as_json: bool) -> None:
    """Show what became of a trace: its raw records, verdicts, receipts, outcomes, issue groups, tasks, escalations,
    replays, and what people did, in order of time.

    There is no index of ids: windows of time are searched, the youngest first, up to the first that has it. A raw record's
    place is found at once. The trace stays sealed; nothing of it is shown but its id.

    Exit status: 0; 1 when there is no such trace in that time; 3 when Kafka is not reachable.
    """
    quiet()
    with progress() as told:
        story = follow(
            load_settings(),
            named,
            tenant=tenant,
            since_ns=since_ns,
            now_ns=SystemClock().now_ns(),
            progress=told,
        )
    if as_json:
        click.echo(json.dumps(story.document(), indent=2))
    else:
        for line in _lines(story):
            # What producers and people wrote must not steer the terminal.
            click.echo("".join(each if each.isprintable() else "?" for each in line))
    if not story.tries:
        ctx.exit(FINDINGS)


def _lines(story: Story) -> Iterator[str]:
    if not story.tries:
        yield f"There is no trace {story.named} to be seen here. --since looks further back."
    for each in story.tries:
        replayed = f", try {each.attempt} of {each.root}" if each.root != each.source else ""
        yield f"{each.source}  tenant {each.tenant or 'unknown'}: {each.outcome or 'on its way'}{replayed}"
    if len(story.tenants) > 1:
        yield f"Traces of {len(story.tenants)} tenants have this id: --tenant shows those of one."
    if story.told:
        yield ""
    several = len(story.tries) > 1
    for told in story.told:
        yield from _told(told, several=several)
    yield ""
    for line in story.looked:
        yield f"searched: {line}"


def _told(told: Told, *, several: bool) -> Iterator[str]:
    about = f"  [{told.source}]" if several and told.source else ""
    yield f"{told.at[:23]:<23}  {told.chapter:<13}  {told.words}{about}"
    if told.chapter is Chapter.FAILED:
        issues = told.more.get("issues")
        for issue in issues if isinstance(issues, list) else ():
            if isinstance(issue, dict):
                yield f"{'':<40}{_issue({name: str(value) for name, value in issue.items()})}"


def _issue(issue: dict[str, str]) -> str:
    expected, actual = issue.get("expected"), issue.get("actual_masked")
    wanted = f": expected {expected}" if expected else ""
    return (
        f"{issue.get('severity', '')} {issue.get('code', '')} at {issue.get('path') or 'the whole trace'}{wanted}"
        f"{f', is {actual}' if actual else ''}{'' if issue.get('blocking') == 'True' else ' (does not block)'}"
    )
