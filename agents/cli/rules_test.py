"""``assay rules test``: does every remediation rule make of its cases what they say?"""

import json
from pathlib import Path

import click

from assay.agents.policy_files import read_roots
from assay.pipeline.policy.parse import load_bundle

from .main import FINDINGS
from .policy_directory import DIRECTORY, WHERE, roots_of
from .rules_cases import Case, CaseTrial, read_cases


@click.command(
    help=f"""Try every rule on the cases beside it (remediation_rules/cases/RULE/*.yaml). {WHERE}

    The trace before must have exactly the issues of the case; what the rule makes of it must be the trace after, pass all
    detectors without an issue, and be undone by the inverse patch. A case without an after must be left alone.

    Exit status: 0 all are as they say, 1 some are not.
    """
)
@click.argument("directory", metavar="[DIR]", type=DIRECTORY, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def test(ctx: click.Context, directory: Path | None, *, as_json: bool) -> None:
    """See ``help`` above."""
    roots = roots_of(directory)
    bundle = load_bundle(read_roots(roots))
    trial = CaseTrial(bundle)
    wrong: list[tuple[str, str]] = []
    tried: list[str] = []
    try:
        for case in read_cases(roots["remediation_rules"]):
            if isinstance(case, Case):
                tried.append(case.rule)
                wrong += [(case.file, why) for why in trial(case)]
            else:
                wrong.append(case)
    except OSError as error:
        raise click.UsageError(f"cannot read {error.filename!r}: {error.strerror}") from error
    without = sorted(set(bundle.remediation_rules) - set(tried))
    if as_json:
        document = {
            "bundle": bundle.bundle_id,
            "rules": len(bundle.remediation_rules),
            "cases": len(tried),
            "without_cases": without,
            "wrong": [{"file": file, "why": why} for file, why in wrong],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        for file, why in wrong:
            click.echo(f"{file}: {why}")
        for name in without:
            click.echo(f"Hint: there is no case for rule {name}.", err=True)
        click.echo(
            f"{len(bundle.remediation_rules)} rules, {len(tried)} cases, {len(wrong)} not as they say."
        )
    if wrong:
        ctx.exit(FINDINGS)
