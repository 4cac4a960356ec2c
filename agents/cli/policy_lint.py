"""``assay policy lint``: everything wrong with a bundle at once, each with file, line and remedy (D-21)."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from assay.agents.policy_files import ignored_files, read_roots
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.lint import lint as lint_files
from assay.pipeline.policy.note import Level, Note

from .main import FINDINGS
from .policy_directory import DIRECTORY, WHERE, roots_of


@click.command(
    help=f"""Find what is wrong with a bundle: what keeps it from being loaded, what can never take effect, and what
    contradicts itself. {WHERE}

    Exit status: 0 nothing wrong, 1 errors, or warnings with --strict.
    """
)
@click.argument("directory", metavar="[DIR]", type=DIRECTORY, required=False)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def lint(ctx: click.Context, directory: Path | None, *, strict: bool, as_json: bool) -> None:
    """See ``help`` above."""
    roots = roots_of(directory)
    reading, notes = lint_files(read_roots(roots))
    notes += [_ignored(path) for path in ignored_files(roots)]
    errors = sum(note.level is Level.ERROR for note in notes)
    if as_json:
        document = {
            "bundle": reading.bundle.bundle_id or None,
            "errors": errors,
            "warnings": len(notes) - errors,
            "notes": [note.document() for note in notes],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        _show(reading.bundle, notes, errors)
    if errors or (strict and notes):
        ctx.exit(FINDINGS)


def _ignored(path: str) -> Note:
    return Note(
        Level.WARNING, path, "", "is ignored: no part of a bundle has such a name", "Remove or rename it"
    )


def _show(bundle: Bundle, notes: Sequence[Note], errors: int) -> None:
    for note in notes:
        click.echo(f"{note.level}: {note}")
    if not notes:
        click.echo(
            f"Nothing wrong with bundle {bundle.short_id}: {_counted(len(bundle.subjects), 'subject')}."
        )
        return
    click.echo(f"{_counted(errors, 'error')}, {_counted(len(notes) - errors, 'warning')}.")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
