"""The verbs, and what every verb shares: exit codes and the way errors are shown.

Exit codes: 0 ok, 1 findings or below target, 2 usage, 3 dependency unavailable, 4 refused.
"""

import importlib
import sys
from collections.abc import Mapping
from typing import ClassVar

import click

from assay.pipeline.core.errors import AssayError, ConfigError, DependencyUnavailableError, RefusedError

from .sentences import SENTENCES

FINDINGS, USAGE, UNAVAILABLE, REFUSED = 1, 2, 3, 4


class VerbGroup(click.Group):
    """Loads a verb's module only when it is called, so that ``assay --help`` is quick."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        # verb: (module in this package, function)
        "audit": ("audit", "audit"),
        "audit-log": ("audit_log", "audit_log"),
        "bench": ("bench", "bench"),
        "config": ("config", "config"),
        "demo": ("demo", "demo"),
        "dev": ("dev", "dev"),
        "doctor": ("doctor", "doctor"),
        "drill": ("drill", "drill"),
        "escalations": ("escalations", "escalations"),
        "generate": ("generate", "generate"),
        "investigate": ("investigate", "investigate"),
        "issues": ("issues", "issues"),
        "keys": ("keys", "keys"),
        "micro": ("micro", "micro"),
        "patterns": ("patterns", "patterns"),
        "policy": ("policy", "policy"),
        "quarantine": ("quarantine", "quarantine"),
        "quality": ("quality", "show_quality"),
        "replay": ("replay", "replay"),
        "rules": ("rules", "rules"),
        "serve": ("serve", "serve"),
        "tasks": ("tasks", "tasks"),
        "tenants": ("tenants", "tenants"),
        "topics": ("topics", "topics"),
        "trace": ("trace", "trace"),
        "validate": ("validate", "validate"),
        "views": ("views", "views"),
        "worker": ("worker", "worker"),
    }

    sentences: ClassVar[Mapping[str, str]] = {}
    """What the list of verbs says of a verb; of the others, what their modules say when they are loaded."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All verbs, in alphabetical order."""
        return sorted(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The verb's command, or ``None``: click then says which verbs there are."""
        if cmd_name not in self.verbs:
            return None
        module, function = self.verbs[cmd_name]
        command = getattr(importlib.import_module(f"assay.agents.cli.{module}"), function)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, each with as much of its sentence as fits on a line."""
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._sentence(ctx, name).get_short_help_str(room)) for name in names])

    def _sentence(self, ctx: click.Context, name: str) -> click.Command:
        said = self.sentences.get(name)
        command = self.get_command(ctx, name) if said is None else click.Command(name, help=said)
        assert command is not None
        return command


class Verbs(VerbGroup):
    """All verbs."""

    sentences: ClassVar[Mapping[str, str]] = SENTENCES


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assay", prog_name="assay")
def cli() -> None:
    """Assay: detect, contain, repair and account for invalid traces on Kafka."""


def main() -> None:
    """Entry point of the console script."""
    try:
        cli(prog_name="assay")
    except AssayError as error:
        click.echo(f"assay: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: AssayError) -> int:
    """The exit status for an error that reached the command line."""
    match error:
        case ConfigError():
            return USAGE
        case DependencyUnavailableError():
            return UNAVAILABLE
        case RefusedError():
            return REFUSED
        case _:
            return FINDINGS
