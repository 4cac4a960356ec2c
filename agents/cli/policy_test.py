"""``assay policy test``: do the examples beside schemas and rules get the verdict that they say they must?"""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from assay.agents.example_files import read_examples
from assay.agents.policy_files import read_roots
from assay.pipeline.flow import Judge
from assay.pipeline.policy.classification import EnforcementPoint
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.report import Deviation, deviations, examples_bundle

from .choices import WordChoice
from .main import FINDINGS
from .policy_directory import DIRECTORY, WHERE, roots_of


@click.command(
    help=f"""Judge schemas/*/examples and the cases of remediation rules with all detectors, and name those that do
    not get what they say. {WHERE}

    A valid example has no issue; an invalid one has exactly those under its "expect"; what is before a remediation
    has its "issues", and what is after it has none. An issue in mode audit counts, one that is off does not.

    Exit status: 0 all are as they say, 1 some are not.
    """
)
@click.argument("directory", metavar="[DIR]", type=DIRECTORY, required=False)
@click.option(
    "--point",
    type=WordChoice(EnforcementPoint),
    default=EnforcementPoint.CI.value,
    show_default=True,
    help="The enforcement point whose modes apply.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def test(ctx: click.Context, directory: Path | None, *, point: EnforcementPoint, as_json: bool) -> None:
    """See ``help`` above."""
    roots = roots_of(directory)
    bundle = load_bundle(read_roots(roots))
    try:
        examples, wrong = read_examples(roots)
    except OSError as error:
        raise click.UsageError(f"cannot read {error.filename!r}: {error.strerror}") from error
    unknown = [example for example in examples if example.subject not in bundle.subjects]
    wrong += [Deviation(example.file, why=f"{example.subject} is no subject") for example in unknown]
    judge = Judge(examples_bundle(bundle), point=point)
    known = [example for example in examples if example.subject in bundle.subjects]
    wrong += deviations(known, judge, bundle.classification, point)
    wrong.sort(key=lambda deviation: deviation.file)
    if as_json:
        document = {
            "bundle": bundle.bundle_id,
            "point": point.value,
            "examples": len(examples),
            "wrong": [deviation.document() for deviation in wrong],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        _show(len(examples), wrong)
    if wrong:
        ctx.exit(FINDINGS)


def _show(examples: int, wrong: Sequence[Deviation]) -> None:
    for deviation in wrong:
        parts = [f"misses {', '.join(deviation.missing)}"] if deviation.missing else []
        parts += [f"also has {', '.join(deviation.unexpected)}"] if deviation.unexpected else []
        parts += [deviation.why] if deviation.why else []
        click.echo(f"{deviation.file}: {'; '.join(parts)}")
    click.echo(f"{examples} examples, {len(wrong)} of them not as they say.")
    if not examples:
        click.echo("Hint: there was no example.", err=True)
