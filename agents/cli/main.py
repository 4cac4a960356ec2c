"""The verbs, and what every verb shares: exit codes and the way errors are shown.

Exit codes: 0 ok, 1 findings or below target, 2 usage, 3 dependency unavailable, 4 refused.
"""

import importlib
import sys
from typing import ClassVar

import click

from assay.pipeline.core.errors import AssayError, ConfigError, DependencyUnavailableError, RefusedError

FINDINGS, USAGE, UNAVAILABLE, REFUSED = 1, 2, 3, 4


class VerbGroup(click.Group):
    """Loads a verb's module only when it is called, so that ``assay --help`` is quick."""

    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        # verb: (module in this package, function)
        "audit": ("audit", "audit"),
        "audit-log": ("audit_log", "audit_log"),
        "bench": ("bench", "bench"),
        "demo": ("demo", "demo"),
        "dev": ("dev", "dev"),
        "doctor": ("doctor", "doctor"),
        "drill": ("drill", "drill"),
        "escalations": ("escalations", "escalations"),
        "generate": ("generate", "generate"),
        "investigate": ("investigate", "investigate"),
        "issues": ("issues", "issues"),
        "patterns": ("patterns", "patterns"),
        "policy": ("policy", "policy"),
        "quarantine": ("quarantine", "quarantine"),
        "quality": ("quality", "show_quality"),
        "replay": ("replay", "replay"),
        "rules": ("rules", "rules"),
        "tasks": ("tasks", "tasks"),
        "tenants": ("tenants", "tenants"),
        "topics": ("topics", "topics"),
        "trace": ("trace", "trace"),
        "validate": ("validate", "validate"),
        "views": ("views", "views"),
        "worker": ("worker", "worker"),
    }

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


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
