"""``assay policy diff``: what changes between two bundles."""

import json
from pathlib import Path

import click

from assay.pipeline.policy.differences import differences

from .main import FINDINGS
from .policy_directory import DIRECTORY, bundle_of


@click.command()
@click.argument("before", metavar="A", type=DIRECTORY)
@click.argument("after", metavar="B", type=DIRECTORY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def diff(ctx: click.Context, before: Path, after: Path, *, as_json: bool) -> None:
    """Say what changes from the bundle in directory A to the one in B: subjects, topics, severities, modes, limits.

    A folder that is missing in one of them is taken from where the settings say.

    Exit status: 0 both judge alike, 1 something changes.
    """
    old, new = bundle_of(before), bundle_of(after)
    changes = differences(old, new)
    if as_json:
        document = {
            "before": old.bundle_id,
            "after": new.bundle_id,
            "changes": [change.document() for change in changes],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo(f"{old.short_id} -> {new.short_id}")
        for change in changes:
            click.echo(f"{change.section}: {change.place}: {change.words}")
        if not changes:
            click.echo("Nothing changes.")
    if changes:
        ctx.exit(FINDINGS)
