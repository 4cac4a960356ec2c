"""``assay policy show``: what applies, defaults included."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import yaml
from rich import box
from rich.console import Console
from rich.table import Table

from assay.pipeline.core.document import Json
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import EnforcementPoint
from assay.pipeline.policy.shown import SECTIONS, shown

from .policy_directory import DIRECTORY, WHERE, bundle_of


@click.command(help=f"""Show the bundle: its id, and every section or the one that is named. {WHERE}""")
@click.argument("section", type=click.Choice(SECTIONS), required=False)
@click.option("--dir", "directory", metavar="DIR", type=DIRECTORY, help="Where the bundle is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def show(section: str | None, directory: Path | None, *, as_json: bool) -> None:
    """See ``help`` above."""
    bundle = bundle_of(directory)
    everything = shown(bundle)
    chosen = SECTIONS if section is None else (section,)
    if as_json:
        document = {"id": everything["id"], **{name: everything[name] for name in chosen}}
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(f"bundle {bundle.bundle_id}")
    for name in chosen:
        click.echo("")
        if name == "classification":
            _print_classification(bundle)
        else:
            click.echo(_dumped({name: everything[name]}))


def _dumped(document: Mapping[str, Json]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110).rstrip()


def _print_classification(bundle: Bundle) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("code", "severity", "category", *EnforcementPoint):
        table.add_column(str(name), no_wrap=True)
    for row in _rows(bundle):
        table.add_row(*row)
    # Nothing is folded: a code can be searched for.
    Console(width=110).print(table)


def _rows(bundle: Bundle) -> Iterator[tuple[str, ...]]:
    for code, policy in bundle.classification.items():
        modes = (policy.mode_at(point).value for point in EnforcementPoint)
        yield code.value, policy.severity.value, policy.category.value, *modes
